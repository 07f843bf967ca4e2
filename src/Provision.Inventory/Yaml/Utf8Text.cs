using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Provision.Inventory;

/// <summary>Decodes a file's bytes into text, or reports where they are invalid.</summary>
internal static class Utf8Text
{
    /// <summary>Returns the text without a byte order mark; null with an error if it contains an invalid UTF-8 sequence or a control character.</summary>
    public static string? Decode(InventoryFile file, DiagnosticBag found)
    {
        var bytes = file.Content.Span;
        if (!Utf8.IsValid(bytes))
        {
            var end = ValidPrefix(bytes);
            found.Error(
                LocationAfter(file.Path, Encoding.UTF8.GetString(bytes[..end])),
                $"the byte 0x{bytes[end]:X2} is not UTF-8",
                "save the file as UTF-8");
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        var control = FirstControl(text);
        if (control >= 0)
        {
            found.Error(LocationAfter(file.Path, text[..control]), $"the character U+{(int)text[control]:X4} does not belong in a YAML file");
            return null;
        }

        return text;
    }

    /// <summary>
    /// Returns the position of the first control character, or of the first character that YAML but not editors treats as a line break: with those, line
    /// numbers in messages and edits would be wrong. A plain loop, because initialising the library's searcher costs more than scanning all files.
    /// </summary>
    private static int FirstControl(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is (< ' ' and not '\t' and not '\n' and not '\r') or '\u007f' or '\u0085' or '\u2028' or '\u2029'
                || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                return i;
            }
        }

        return -1;
    }

    private static int ValidPrefix(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (Rune.DecodeFromUtf8(bytes[position..], out _, out var consumed) == OperationStatus.Done)
        {
            position += consumed;
        }

        return position;
    }

    private static Location LocationAfter(string path, string text)
    {
        var source = new SourceText(path, text);
        return source.LocationOf(text.Length);
    }
}
