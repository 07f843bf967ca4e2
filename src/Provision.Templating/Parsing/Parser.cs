using System.Runtime.CompilerServices;
using Provision.Templating.Lexing;
using Provision.Templating.Syntax;

namespace Provision.Templating.Parsing;

/// <summary>Builds the tree of a template out of its tokens by recursive descent, with a bound on its depth.</summary>
internal sealed partial class Parser
{
    private const int GuardEvery = 24;
    private const int LargestDepth = 1000;
    private const int MaxErrors = 100;
    private readonly SourceText source;
    private readonly DiagnosticBag diagnostics;
    private readonly ParserOptions options;
    private readonly List<Token> tokens;
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly int depthLimit;
    private int at;
    private int depth;
    private int statementStart;

    /// <summary>True while the statement at hand has an error already: what follows from it is not reported.</summary>
    private bool failed;

    private Parser(SourceText source, DiagnosticBag diagnostics, ParserOptions options, List<Token> tokens)
    {
        this.source = source;
        this.diagnostics = diagnostics;
        this.options = options;
        this.tokens = tokens;
        depthLimit = options.ExpressionDepthLimit is > 0 and < LargestDepth ? options.ExpressionDepthLimit : LargestDepth;
    }

    private Token Current => tokens[at];

    private TokenKind Kind => tokens[at].Kind;

    private int PreviousEnd => at == 0 ? 0 : tokens[at - 1].End;

    internal static Template Parse(SourceText source, ParserOptions options, LexerOptions lexerOptions)
    {
        var end = lexerOptions.EndOffset ?? source.Text.Length;
        if (end > source.Text.Length || lexerOptions.StartOffset < 0 || lexerOptions.StartOffset > end)
        {
            throw new ArgumentOutOfRangeException(nameof(lexerOptions), $"{lexerOptions.StartOffset} to {end} is not inside a text of {source.Text.Length} characters");
        }

        var diagnostics = new DiagnosticBag();
        var tokens = new Lexer(source, diagnostics, lexerOptions).Run();
        var parser = new Parser(source, diagnostics, options, tokens);
        return parser.ParseTemplate();
    }

    private Template ParseTemplate()
    {
        Block? frontMatter = null;
        var body = ParsePage();
        if (Kind == TokenKind.FrontMatter)
        {
            at++;
            frontMatter = body;
            body = ParsePage();
        }

        return new Template(source, frontMatter, body, diagnostics, names);
    }

    private Block ParsePage()
    {
        var start = Current.Start;
        var statements = new List<Statement>();
        ParseStatements(statements, BlockKind.Page);
        return new Block(source, start, PreviousEnd, [.. statements]);
    }

    private Token Take() => tokens[at++];

    private bool TryTake(TokenKind kind)
    {
        if (Kind != kind)
        {
            return false;
        }

        at++;
        return true;
    }

    private Token Peek(int ahead = 1) => tokens[Math.Min(at + ahead, tokens.Count - 1)];

    private void SkipNewLines()
    {
        while (Kind == TokenKind.NewLine)
        {
            at++;
        }
    }

    /// <summary>Reports a mistake unless the statement at hand has one already.</summary>
    private void Error(int offset, string message, string? hint = null)
    {
        // The lexer has spoken of invalid tokens already, unless the character is only unknown.
        if (!failed && (Kind != TokenKind.Invalid || !diagnostics.HasErrors))
        {
            Report(offset, message, hint);
        }

        failed = true;
    }

    private void Report(int offset, string message, string? hint = null)
    {
        if (diagnostics.Count < MaxErrors)
        {
            diagnostics.Error(source.LocationOf(offset), message, hint);
        }
    }

    private string Describe(Token token) => token.Kind switch
    {
        TokenKind.EndOfFile => "the end of the template",
        TokenKind.NewLine => "the end of the line",
        TokenKind.Raw or TokenKind.CodeExit => "\"}}\"",
        _ => $"\"{Shorten(source.Text[token.Start..token.End])}\"",
    };

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..37] + "...";

    /// <summary>Enters a level of nesting; false when that is one too many.</summary>
    private bool Enter(int offset)
    {
        if (++depth > depthLimit || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            Error(offset, $"this nests deeper than {depthLimit} levels");
            return false;
        }

        return true;
    }

    private void Leave() => depth--;

    /// <summary>Jumps over the rest of a statement that could not be understood.</summary>
    private void Recover()
    {
        var nesting = 0;
        for (var i = statementStart; i < at; i++)
        {
            nesting += Nesting(tokens[i].Kind);
        }

        // Lines inside brackets belong to the statement, but only where the brackets are closed before the section ends.
        int? firstLineEnd = null;
        while (Kind is not (TokenKind.EndOfFile or TokenKind.CodeExit or TokenKind.FrontMatter))
        {
            if (Kind is TokenKind.NewLine or TokenKind.Semicolon)
            {
                if (nesting <= 0)
                {
                    return;
                }

                firstLineEnd ??= at;
            }

            nesting += Nesting(Kind);
            at++;
        }

        if (nesting > 0)
        {
            at = firstLineEnd ?? at;
        }
    }

    private static int Nesting(TokenKind kind) => kind switch
    {
        TokenKind.OpenParen or TokenKind.OpenBracket or TokenKind.OpenBrace => 1,
        TokenKind.CloseParen or TokenKind.CloseBracket or TokenKind.CloseBrace => -1,
        _ => 0,
    };

    private static Expression Guard(Expression expression) =>
        expression.Depth % GuardEvery == 0 ? new GuardedExpression(expression) { Depth = expression.Depth + 1 } : expression;
}
