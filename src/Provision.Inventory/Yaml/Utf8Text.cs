using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Provision.Inventory;

/// <summary>Turns a file's bytes into text, or says where they are no text.</summary>
internal static class Utf8Text
{
    /// <summary>The text without a byte order mark; null with an error where a byte is not UTF-8 or a control character stands in it.</summary>
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
    /// The first control character, or character that YAML takes for the end of a line and editors do not: with those, the
    /// lines in messages and edits would be wrong. A plain loop, because the library's searcher costs more to start than all files take.
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
