using Scriban.Parsing;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>Decides by the syntax around a path whether its names may be missing: left of <c>??</c>, after <c>?.</c>, and as the first argument of
/// <c>object.has_key</c>, <c>object.has_value</c> and <c>object.default</c>.</summary>
internal static class Leniency
{
    /// <summary>Returns whether a path that is read as a whole may contain missing names.</summary>
    public static bool Within(ScriptNode path)
    {
        for (var part = path; part is not null;)
        {
            if (part is ScriptMemberExpression { DotToken.TokenType: TokenType.QuestionDot })
            {
                return true;
            }

            part = part is ScriptVariable
                ? null
                : (part as ScriptMemberExpression)?.Target ?? (part as ScriptIndexerExpression)?.Target ?? (part as ScriptNestedExpression)?.Expression;
        }

        return Around(path);
    }

    /// <summary>Returns whether the syntax around a name or path allows it to be missing.</summary>
    public static bool Around(ScriptNode node)
    {
        if (node.Parent?.GetType() == typeof(ScriptExpressionStatement))
        {
            return false;
        }

        for (; ; node = node.Parent!)
        {
            switch (node.Parent)
            {
                case ScriptMemberExpression { DotToken.TokenType: TokenType.QuestionDot } member when ReferenceEquals(member.Target, node):
                case ScriptBinaryExpression { Operator: ScriptBinaryOperator.EmptyCoalescing } binary when ReferenceEquals(binary.Left, node):
                case ScriptPipeCall pipe when ReferenceEquals(pipe.From, node) && IsLenient(pipe.To):
                case ScriptList { Parent: ScriptFunctionCall call } when ReferenceEquals(call.Arguments[0], node) && IsLenient(call) && Piped(call) is null:
                    return true;
                case ScriptMemberExpression member when ReferenceEquals(member.Target, node):
                case ScriptIndexerExpression item when ReferenceEquals(item.Target, node):
                case ScriptBinaryExpression { Operator: ScriptBinaryOperator.EmptyCoalescing } or ScriptNestedExpression:
                    continue;
                default:
                    return false;
            }
        }
    }

    /// <summary>Returns what a pipe passes to a call as its first argument; null if the call is not behind a pipe.</summary>
    public static ScriptExpression? Piped(ScriptNode? call)
    {
        while (call?.Parent is ScriptPipeCall first && ReferenceEquals(first.From, call))
        {
            call = first;
        }

        return call?.Parent is ScriptPipeCall pipe ? pipe.From : null;
    }

    private static bool IsLenient(ScriptExpression? call)
    {
        while (call is ScriptPipeCall pipe)
        {
            call = pipe.From;
        }

        return ((call as ScriptFunctionCall)?.Target ?? call)
            is ScriptMemberExpression { Target: ScriptVariableGlobal { Name: "object" }, Member.Name: "has_key" or "has_value" or "default" };
    }
}
