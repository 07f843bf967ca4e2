namespace Provision.Templating.Syntax;

/// <summary>Statements in a row.</summary>
internal sealed class Block(SourceText source, int start, int end, Statement[] statements) : Node(source, start, end)
{
    internal Statement[] Statements { get; } = statements;

    internal Flow Execute(TemplateContext context)
    {
        var outer = context.Indent;
        var flow = Flow.Next;
        foreach (var statement in Statements)
        {
            context.Indent = statement.HasSection && context.AutoIndent ? statement.Indent : outer;
            flow = statement.Execute(context);
            if (flow != Flow.Next)
            {
                break;
            }
        }

        context.Indent = outer;
        return flow;
    }
}

/// <summary>Verbatim text of the template.</summary>
internal sealed class RawStatement(SourceText source, int start, int end) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        context.WriteRaw(Source.Text.AsSpan(Start, End - Start), this);
        return Flow.Next;
    }
}

/// <summary>An expression whose value is printed.</summary>
internal sealed class ExpressionStatement(Expression expression) : Statement(expression.Source, expression.Start, expression.End)
{
    internal Expression Expression { get; } = expression;

    internal override Flow Execute(TemplateContext context)
    {
        context.StartStatement();
        if (context.RenderRuntimeExceptions)
        {
            context.WriteOrReport(Expression);
        }
        else
        {
            Expression.Write(context);
        }

        return Flow.Next;
    }
}

/// <summary>Nothing at all: the place of a mistake, or an empty statement.</summary>
internal sealed class EmptyStatement(SourceText source, int start, int end) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context) => Flow.Next;
}
