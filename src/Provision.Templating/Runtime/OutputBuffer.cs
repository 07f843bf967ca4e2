using System.Globalization;

namespace Provision.Templating.Runtime;

/// <summary>Growing text that a render writes to; kept and used again by its context.</summary>
internal sealed class OutputBuffer
{
    private char[] chars = new char[256];

    internal int Length { get; private set; }

    /// <summary>What made which part; null where nobody asked.</summary>
    internal List<SourceSpan>? Spans { get; set; }

    internal bool EndsLine => Length > 0 && chars[Length - 1] == '\n';

    internal ReadOnlySpan<char> Span => chars.AsSpan(0, Length);

    internal void Append(ReadOnlySpan<char> text)
    {
        if (Length + text.Length > chars.Length)
        {
            Grow(text.Length);
        }

        text.CopyTo(chars.AsSpan(Length));
        Length += text.Length;
    }

    internal void Append(char c)
    {
        if (Length == chars.Length)
        {
            Grow(1);
        }

        chars[Length++] = c;
    }

    internal void Append<T>(T value, ReadOnlySpan<char> format = default)
        where T : ISpanFormattable
    {
        int written;
        while (!value.TryFormat(chars.AsSpan(Length), out written, format, CultureInfo.InvariantCulture))
        {
            Grow(chars.Length);
        }

        Length += written;
    }

    internal void Clear()
    {
        Length = 0;
        Spans = null;
        if (chars.Length > 1 << 20)
        {
            chars = new char[256];
        }
    }

    internal void Truncate(int length) => Length = length;

    public override string ToString() => new(chars, 0, Length);

    private void Grow(int more) => Array.Resize(ref chars, Math.Max(chars.Length * 2, checked(Length + more)));
}
