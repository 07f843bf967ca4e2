namespace Provision.Templating.Lexing;

/// <summary>Cuts a template into tokens: verbatim text outside <c>{{ }}</c>, code tokens inside. Never recursive.</summary>
internal sealed partial class Lexer
{
    private const int MaxErrors = 100;
    private readonly string text;
    private readonly SourceText source;
    private readonly DiagnosticBag diagnostics;
    private readonly List<Token> tokens;
    private int position;
    private int braceDepth;

    private readonly LexerOptions options;

    internal Lexer(SourceText source, DiagnosticBag diagnostics, LexerOptions options)
    {
        this.source = source;
        this.diagnostics = diagnostics;
        this.options = options;
        text = options.EndOffset is { } end ? source.Text[..end] : source.Text;
        position = options.StartOffset;
        tokens = new List<Token>(16 + ((text.Length - position) / 8));
    }

    /// <summary>All tokens of the template, ending with <see cref="TokenKind.EndOfFile"/>.</summary>
    internal List<Token> Run()
    {
        switch (options.Mode)
        {
            case ScriptMode.ScriptOnly:
                inScript = true;
                Add(TokenKind.CodeEnter, position, position);
                LexCode(untilFrontMatterEnd: null);
                break;
            case ScriptMode.FrontMatterAndContent when LexFrontMatter(options.FrontMatterMarker):
                LexText(position);
                break;
            default:
                LexText(position);
                break;
        }

        Add(TokenKind.EndOfFile, text.Length, text.Length);
        return tokens;
    }

    private bool LexFrontMatter(string marker)
    {
        var start = position;
        if (!text.AsSpan(start).StartsWith(marker, StringComparison.Ordinal))
        {
            return false;
        }

        var lineEnd = text.IndexOf('\n', start);
        if (lineEnd < 0 || !text.AsSpan(start + marker.Length, lineEnd - start - marker.Length).IsWhiteSpace())
        {
            return false;
        }

        position = lineEnd + 1;
        Add(TokenKind.CodeEnter, start, start + marker.Length);
        if (LexCode(marker))
        {
            Add(TokenKind.CodeExit, position, position);
            Add(TokenKind.FrontMatter, position, position);
            while (position < text.Length && char.IsWhiteSpace(text[position]))
            {
                position++;
            }
        }

        return true;
    }

    /// <summary>Reads verbatim text and code sections by turns. <paramref name="rawStart"/> is where the text begins after the trim of the tag before it.</summary>
    private void LexText(int rawStart)
    {
        position = rawStart;
        while (position < text.Length)
        {
            var open = text.IndexOf('{', position);
            if (open < 0 || open + 1 >= text.Length)
            {
                break;
            }

            if (text[open + 1] == '{')
            {
                rawStart = LexSection(rawStart, open);
            }
            else if (text[open + 1] == '%' && EscapeLevel(open) is var level and > 0)
            {
                rawStart = LexEscape(rawStart, open, level);
            }
            else
            {
                position = open + 1;
            }
        }

        AddRaw(rawStart, text.Length);
    }

    private int LexSection(int rawStart, int open)
    {
        position = open + 2;
        var mark = position < text.Length && text[position] is '-' or '~' ? text[position] : '\0';
        if (mark != '\0' && position < text.Length)
        {
            position++;
        }
        else
        {
            mark = '\0';
        }

        AddRaw(rawStart, TrimBefore(rawStart, open, mark));
        tokens.Add(new Token(TokenKind.CodeEnter, open, position, SpaceBefore: false, mark == '\0' ? IndentBefore(rawStart, open) : null));
        braceDepth = 0;
        LexCode(untilFrontMatterEnd: null);
        return position;
    }

    /// <summary>How many <c>%</c> stand in <c>{%{</c> at this place, or 0 when it is not the start of an escape.</summary>
    private int EscapeLevel(int open)
    {
        var at = open + 1;
        while (at < text.Length && text[at] == '%')
        {
            at++;
        }

        return at < text.Length && text[at] == '{' ? at - open - 1 : 0;
    }

    private int LexEscape(int rawStart, int open, int level)
    {
        var contentStart = open + level + 2;
        var mark = contentStart < text.Length && text[contentStart] is '-' or '~' ? text[contentStart] : '\0';
        AddRaw(rawStart, TrimBefore(rawStart, open, contentStart < text.Length ? mark : '\0'));
        if (mark != '\0' && contentStart < text.Length)
        {
            contentStart++;
        }

        var close = string.Concat("}", new string('%', level), "}");
        var end = text.IndexOf(close, contentStart, StringComparison.Ordinal);
        if (end < 0)
        {
            AddRaw(contentStart, text.Length);
            position = text.Length;
            return position;
        }

        var contentEnd = end;
        var endMark = end > contentStart && text[end - 1] is '-' or '~' ? text[end - 1] : '\0';
        if (end > contentStart && endMark != '\0')
        {
            contentEnd--;
        }
        else
        {
            endMark = '\0';
        }

        AddRaw(contentStart, contentEnd);
        position = TrimAfter(end + close.Length, endMark);
        return position;
    }

    private int TrimBefore(int start, int end, char mark)
    {
        if (mark == '-')
        {
            while (end > start && char.IsWhiteSpace(text[end - 1]))
            {
                end--;
            }
        }
        else if (mark == '~')
        {
            while (end > start && IsBlank(text[end - 1]))
            {
                end--;
            }
        }

        return end;
    }

    private int TrimAfter(int at, char mark)
    {
        if (mark == '-')
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }
        else if (mark == '~')
        {
            while (at < text.Length && IsBlank(text[at]))
            {
                at++;
            }

            if (at + 1 < text.Length && text[at] == '\r' && text[at + 1] == '\n')
            {
                at += 2;
            }
            else if (at < text.Length && text[at] == '\n')
            {
                at++;
            }
        }

        return at;
    }

    /// <summary>The blanks between the start of the line and <paramref name="open"/>, or null when something else stands there.</summary>
    private string? IndentBefore(int rawStart, int open)
    {
        var start = open;
        while (start > rawStart && IsBlank(text[start - 1]))
        {
            start--;
        }

        if (start == open || (start > 0 && text[start - 1] != '\n'))
        {
            return null;
        }

        return text[start..open];
    }

    private void AddRaw(int start, int end)
    {
        if (end > start)
        {
            Add(TokenKind.Raw, start, end);
        }
    }

    private void Add(TokenKind kind, int start, int end, bool spaceBefore = false, string? value = null) =>
        tokens.Add(new Token(kind, start, end, spaceBefore, value));

    private void Error(int offset, string message, string? hint = null)
    {
        if (diagnostics.Count < MaxErrors)
        {
            diagnostics.Error(source.LocationOf(offset), message, hint);
        }
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';
}
