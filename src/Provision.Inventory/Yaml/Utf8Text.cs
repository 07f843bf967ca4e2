using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Provision.Text;

namespace Provision.Inventory;

/// <summary>Turns a file's bytes into text, or says where they are no text.</summary>
internal static class Utf8Text
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000b\u000c\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f");

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
        var control = text.AsSpan().IndexOfAny(Forbidden);
        if (control >= 0)
        {
            found.Error(LocationAfter(file.Path, text[..control]), $"the control character U+{(int)text[control]:X4} does not belong in a YAML file");
            return null;
        }

        return text;
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
