using Provision.Templating.Lexing;
using Provision.Templating.Syntax;

namespace Provision.Templating.Parsing;

/// <summary>What a block belongs to, which says what ends it.</summary>
internal enum BlockKind
{
    Page,
    Body,
    IfBody,
    LoopBody,
    CaseHead,
    WhenBody,
}

/// <summary>Statements in a row, up to what ends their block.</summary>
internal sealed partial class Parser
{
    /// <summary>Calls of unknown names in statement position that look like a keyword; they explain an <c>end</c> without a block.</summary>
    private readonly Queue<(string Name, int Start)> suspects = new();

    private const int MaxSuspects = 16;

    private static readonly string[] BlockWords = ["if", "for", "while", "case", "func", "capture", "with", "wrap", "tablerow"];

    private Block ParseBlock(BlockKind kind, Token opener)
    {
        var start = Current.Start;
        var statements = new List<Statement>();
        if (Enter(opener.Start))
        {
            ParseStatements(statements, kind);
        }
        else
        {
            SkipEverything();
        }

        Leave();
        if (Kind == TokenKind.EndOfFile && unclosed.Add(opener.Start) && depth < depthLimit)
        {
            Report(opener.Start, $"\"{opener.Value ?? "do"}\" is never closed with \"end\"");
        }

        return new Block(source, start, PreviousEnd, [.. statements]);
    }

    private readonly HashSet<int> unclosed = [];

    private void SkipEverything()
    {
        while (Kind != TokenKind.EndOfFile)
        {
            unclosed.Add(Current.Start);
            at++;
        }
    }

    private void ParseStatements(List<Statement> statements, BlockKind kind)
    {
        var hasSection = false;
        string? indent = null;
        while (true)
        {
            switch (Kind)
            {
                case TokenKind.EndOfFile or TokenKind.FrontMatter:
                    return;
                case TokenKind.CodeEnter:
                    (hasSection, indent) = (true, Current.Value);
                    at++;
                    continue;
                case TokenKind.CodeExit:
                    (hasSection, indent) = (false, null);
                    at++;
                    continue;
                case TokenKind.NewLine or TokenKind.Semicolon:
                    at++;
                    continue;
                case TokenKind.Raw:
                    var raw = Take();
                    statements.Add(new RawStatement(source, raw.Start, raw.End));
                    continue;
                case TokenKind.Identifier when !IsPlainName() && Current.Value is "end" or "else" or "when":
                    if (EndsBlock(kind))
                    {
                        return;
                    }

                    continue;
            }

            failed = false;
            var before = at;
            statementStart = at;
            if (ParseStatement() is { } statement)
            {
                statement.HasSection = hasSection;
                statement.Indent = indent;
                statements.Add(statement);
            }

            FinishStatement(before);
        }
    }

    /// <summary>True at a word that ends this block; reports <c>end</c>, <c>else</c> and <c>when</c> that belong to none.</summary>
    private bool EndsBlock(BlockKind kind)
    {
        switch (Current.Value)
        {
            case "end":
                if (kind != BlockKind.Page)
                {
                    return true;
                }

                ReportStrayEnd();
                at++;
                return false;
            case "else":
                if (kind is BlockKind.IfBody or BlockKind.WhenBody or BlockKind.LoopBody)
                {
                    return true;
                }

                Report(Current.Start, "\"else\" without an \"if\", \"when\" or \"for\" before it");
                SkipStrayWord();
                return false;
            default:
                if (kind is BlockKind.WhenBody or BlockKind.CaseHead)
                {
                    return true;
                }

                Report(Current.Start, "\"when\" without a \"case\" before it");
                SkipStrayWord();
                return false;
        }
    }

    private void SkipStrayWord()
    {
        failed = true;
        statementStart = at;
        Recover();
        if (Kind is TokenKind.NewLine or TokenKind.Semicolon)
        {
            at++;
        }
    }

    private void ReportStrayEnd()
    {
        foreach (var (name, start) in suspects)
        {
            if (NearestName.Of(name, BlockWords) is { } meant)
            {
                Report(start, $"\"{name}\" does not open a block, but an \"end\" follows", $"did you mean \"{meant}\"?");
                suspects.Clear();
                return;
            }
        }

        Report(Current.Start, "\"end\" without a block that it could close");
    }

    /// <summary>True when a keyword at this place is used as a variable: <c>for.index</c>.</summary>
    private bool IsPlainName() =>
        Peek() is { Kind: TokenKind.Dot or TokenKind.NullDot, SpaceBefore: false };

    private void FinishStatement(int before)
    {
        if (Kind is TokenKind.NewLine or TokenKind.Semicolon or TokenKind.CodeExit or TokenKind.EndOfFile or TokenKind.Raw or TokenKind.FrontMatter or TokenKind.CodeEnter)
        {
            return;
        }

        if (at == before && Kind == TokenKind.Identifier && Current.Value is "end" or "else" or "when")
        {
            return;
        }

        Error(
            Current.Start,
            $"{Describe(Current)} is not expected here: a statement ends with a new line, \";\" or \"}}}}\"",
            Kind == TokenKind.CloseBrace ? "a \"{\" takes the first \"}\" after it, also of \"}}\"" : null);
        Recover();
    }
}
