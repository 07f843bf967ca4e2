using Provision.Templating.Lexing;
using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating.Parsing;

/// <summary>One statement.</summary>
internal sealed partial class Parser
{
    private Statement? ParseStatement()
    {
        var token = Current;
        if (token.Kind == TokenKind.Identifier && !IsPlainName())
        {
            switch (token.Value)
            {
                case "if": return ParseIf(Take());
                case "for": return ParseFor(Take(), LoopKind.For);
                case "tablerow": return ParseFor(Take(), LoopKind.TableRow);
                case "while": return ParseWhile(Take());
                case "case": return ParseCase(Take());
                case "func": return ParseFunction(Take());
                case "capture": return ParseCapture(Take());
                case "with": return ParseWith(Take());
                case "wrap": return ParseWrap(Take());
                case "import": return ParseImport(Take());
                case "readonly": return ParseReadOnly(Take());
                case "ret": return ParseReturn(Take());
                case "break": return new LoopControlStatement(source, token.Start, Take().End, Flow.Break);
                case "continue": return new LoopControlStatement(source, token.Start, Take().End, Flow.Continue);
                case "end" or "else" or "when": return null;
            }
        }

        return IsInlineFunction() ? ParseInlineFunction() : ParseExpressionStatement();
    }

    private Statement ParseExpressionStatement()
    {
        var start = Current.Start;
        var expression = ParseFull("an expression", isStatement: true);
        if (Tokens.IsAssign(Kind) && !failed)
        {
            return ParseAssignment(expression, start);
        }

        if (!failed && (expression is CallExpression call ? call.Target : expression) is Variable name)
        {
            suspects.Enqueue((name.Name, name.Start));
            if (suspects.Count > MaxSuspects)
            {
                suspects.Dequeue();
            }
        }

        return failed ? new EmptyStatement(source, start, PreviousEnd) : new ExpressionStatement(expression);
    }

    private AssignStatement ParseAssignment(Expression target, int start)
    {
        var operation = Take();
        var value = ParseFull("a value");
        BinaryExpression? compound = null;
        if (operation.Kind != TokenKind.Assign)
        {
            compound = new BinaryExpression(source, start, PreviousEnd, Tokens.CompoundOperator(operation.Kind), operation.Start, target, value);
        }

        return new AssignStatement(source, start, PreviousEnd, target, value, compound);
    }

    private IfStatement ParseIf(Token opener)
    {
        var conditions = new List<Expression> { ParseFull("a condition") };
        var blocks = new List<Block>();
        Block? otherwise = null;
        while (true)
        {
            EndHead();
            blocks.Add(ParseBlock(BlockKind.IfBody, opener));
            if (!IsWord("else"))
            {
                break;
            }

            at++;
            failed = false;
            if (IsWord("if"))
            {
                at++;
                conditions.Add(ParseFull("a condition"));
                continue;
            }

            EndHead();
            otherwise = ParseBlock(BlockKind.Body, opener);
            break;
        }

        TakeEnd();
        return new IfStatement(source, opener.Start, PreviousEnd, [.. conditions], [.. blocks], otherwise);
    }

    private CaseStatement ParseCase(Token opener)
    {
        var subject = ParseFull("a value");
        EndHead();
        var values = new List<Expression[]>();
        var blocks = new List<Block>();
        ParseBlock(BlockKind.CaseHead, opener);
        while (IsWord("when"))
        {
            at++;
            failed = false;
            values.Add(ParseWhenValues());
            EndHead();
            blocks.Add(ParseBlock(BlockKind.WhenBody, opener));
        }

        Block? otherwise = null;
        if (IsWord("else"))
        {
            at++;
            failed = false;
            EndHead();
            otherwise = ParseBlock(BlockKind.Body, opener);
        }

        TakeEnd();
        return new CaseStatement(source, opener.Start, PreviousEnd, subject, [.. values], [.. blocks], otherwise);
    }

    private Expression[] ParseWhenValues()
    {
        var values = new List<Expression>();
        do
        {
            SkipNewLinesAfterComma();
            values.Add(ParseBinary(Tokens.Precedence(TokenKind.OrElse) + 1, "a value"));
        }
        while (!failed && (TryTake(TokenKind.Comma) || TryTake(TokenKind.OrElse)));
        return [.. values];
    }

    private void SkipNewLinesAfterComma()
    {
        if (at > 0 && tokens[at - 1].Kind is TokenKind.Comma or TokenKind.OrElse)
        {
            SkipNewLines();
        }
    }

    private ForStatement ParseFor(Token opener, LoopKind kind)
    {
        Expression variable = new InvalidExpression(source, opener.Start, opener.End);
        if (Kind is TokenKind.Identifier && !IsWord("in"))
        {
            variable = new Variable(source, Current.Start, Current.End, Note(Current.Value!));
            at++;
        }
        else if (Kind is TokenKind.Local)
        {
            variable = new LocalVariable(source, Current.Start, Current.End, Current.Value!);
            at++;
        }
        else
        {
            Error(opener.Start, $"\"{opener.Value}\" needs a variable, not {Describe(Current)}");
        }

        if (!failed && !IsWord("in"))
        {
            Error(opener.Start, $"\"{opener.Value}\" needs \"in\" after its variable, not {Describe(Current)}");
        }

        Expression values = variable;
        LoopArgument[] arguments = [];
        if (!failed)
        {
            at++;
            (values, arguments) = SplitLoopArguments(ParseFull("a list"));
        }

        EndHead();
        var body = ParseBlock(BlockKind.LoopBody, opener);
        Block? otherwise = null;
        if (IsWord("else"))
        {
            at++;
            failed = false;
            EndHead();
            otherwise = ParseBlock(BlockKind.Body, opener);
        }

        TakeEnd();
        return new ForStatement(source, opener.Start, PreviousEnd, kind, variable, values, arguments, body, otherwise);
    }

    /// <summary><c>list offset:1 reversed</c> reads like a call; takes it apart.</summary>
    private (Expression Values, LoopArgument[] Arguments) SplitLoopArguments(Expression values)
    {
        if (values is not CallExpression { IsExplicit: false, Piped: null } call || call.Target is BinaryExpression)
        {
            return (values, []);
        }

        var arguments = new LoopArgument[call.Arguments.Length];
        var isLoop = call.Target is not (Variable or MemberExpression or IndexExpression or LocalVariable);
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = call.Arguments[i];
            var name = call.Names?[i];
            if (name is null && value is Variable { Name: "reversed" })
            {
                arguments[i] = new LoopArgument("reversed", null, value);
                isLoop = true;
            }
            else
            {
                isLoop |= name is "offset" or "limit" or "cols";
                arguments[i] = new LoopArgument(name ?? value.ShortText, value, name is null ? value : NameOf(value));
            }
        }

        return isLoop && arguments.Length > 0 ? (call.Target, arguments) : (values, []);
    }

    /// <summary>The name that stands before the value of a named argument.</summary>
    private EmptyStatement NameOf(Expression value)
    {
        var index = FindToken(value.Start);
        return index < 2 ? new EmptyStatement(source, value.Start, value.End) : new EmptyStatement(source, tokens[index - 2].Start, tokens[index - 2].End);
    }

    private int FindToken(int start)
    {
        var (low, high) = (0, at);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = tokens[middle].Start < start ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private WhileStatement ParseWhile(Token opener)
    {
        var condition = ParseFull("a condition");
        EndHead();
        var body = ParseBlock(BlockKind.Body, opener);
        TakeEnd();
        return new WhileStatement(source, opener.Start, PreviousEnd, condition, body);
    }

    private CaptureStatement ParseCapture(Token opener)
    {
        var target = ParsePostfix("a variable");
        EndHead();
        var body = ParseBlock(BlockKind.Body, opener);
        TakeEnd();
        return new CaptureStatement(source, opener.Start, PreviousEnd, target, body);
    }

    private WithStatement ParseWith(Token opener)
    {
        var target = ParseFull("an object");
        EndHead();
        var body = ParseBlock(BlockKind.Body, opener);
        TakeEnd();
        return new WithStatement(source, opener.Start, PreviousEnd, target, body);
    }

    private WrapStatement ParseWrap(Token opener)
    {
        var call = ParseFull("a function");
        EndHead();
        var body = ParseBlock(BlockKind.Body, opener);
        TakeEnd();
        return new WrapStatement(source, opener.Start, PreviousEnd, call, body);
    }

    private ImportStatement ParseImport(Token opener)
    {
        var from = ParseFull("an object");
        return new ImportStatement(source, opener.Start, PreviousEnd, from);
    }

    private Statement ParseReadOnly(Token opener)
    {
        if (Kind != TokenKind.Identifier)
        {
            Error(opener.Start, $"\"readonly\" needs a variable, not {Describe(Current)}");
            Recover();
            return new EmptyStatement(source, opener.Start, PreviousEnd);
        }

        var name = Take();
        return new ReadOnlyStatement(source, opener.Start, name.End, new Variable(source, name.Start, name.End, Note(name.Value!)));
    }

    private ReturnStatement ParseReturn(Token opener)
    {
        Expression? value = null;
        if (Kind is not (TokenKind.NewLine or TokenKind.Semicolon or TokenKind.CodeExit or TokenKind.EndOfFile))
        {
            value = ParseFull("a value");
            returns = true;
        }

        return new ReturnStatement(source, opener.Start, value?.End ?? opener.End, value);
    }

    private bool IsWord(string word) => Kind == TokenKind.Identifier && Current.Value == word;

    /// <summary>The head of a block statement must end here.</summary>
    private void EndHead()
    {
        if (Kind is TokenKind.NewLine or TokenKind.Semicolon or TokenKind.CodeExit or TokenKind.EndOfFile)
        {
            failed = false;
            return;
        }

        Error(Current.Start, $"{Describe(Current)} is not expected here: a statement ends with a new line, \";\" or \"}}}}\"");
        Recover();
        failed = false;
    }

    private void TakeEnd()
    {
        if (IsWord("end"))
        {
            at++;
        }
    }

    private string Note(string name)
    {
        names.Add(name);
        return name;
    }
}
