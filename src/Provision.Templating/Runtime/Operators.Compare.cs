using System.Collections;
using Provision.Templating.Lexing;
using Provision.Templating.Syntax;

namespace Provision.Templating.Runtime;

/// <summary>Equality and order.</summary>
internal static partial class Operators
{
    internal static bool AreEqual(TemplateContext context, Node at, object? left, object? right) => AreEqual(context, at, left, right, 0);

    /// <summary>The order of two values for sorting; null where there is none.</summary>
    internal static int? Order(TemplateContext context, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return (left is null ? 0 : 1) - (right is null ? 0 : 1);
        }

        if (left is string a && right is string b)
        {
            return string.CompareOrdinal(a, b);
        }

        return left is string || right is string ? null : OrderOther(context, left, right);
    }

    private static bool AreEqual(TemplateContext context, Node at, object? left, object? right, int depth)
    {
        if (left is null || right is null)
        {
            return left is null && right is null;
        }

        if (left is EmptyValue || right is EmptyValue)
        {
            return left is EmptyValue ? right is EmptyValue || Members.IsEmpty(right) is true && IsContainer(right) : Members.IsEmpty(left) is true && IsContainer(left);
        }

        if (left is string || right is string)
        {
            return string.Equals(context.ObjectToString(left), context.ObjectToString(right), StringComparison.Ordinal);
        }

        if (IsNumeric(left) && IsNumeric(right))
        {
            return Arithmetic.Compare(left, right) == 0;
        }

        return IsArray(left) && IsArray(right) ? ItemsEqual(context, at, left, right, depth) : left.Equals(right);
    }

    private static bool ItemsEqual(TemplateContext context, Node at, object left, object right, int depth)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (context.ObjectRecursionLimit > 0 && depth >= context.ObjectRecursionLimit)
        {
            throw context.Error(at, $"the values nest deeper than {context.ObjectRecursionLimit} levels or contain themselves");
        }

        using var a = Sequences.Of(left)!.GetEnumerator();
        using var b = Sequences.Of(right)!.GetEnumerator();
        while (true)
        {
            var (moreA, moreB) = (a.MoveNext(), b.MoveNext());
            if (!moreA || !moreB)
            {
                return moreA == moreB;
            }

            if (!AreEqual(context, at, a.Current, b.Current, depth + 1))
            {
                return false;
            }
        }
    }

    private static bool Holds(TemplateContext context, BinaryExpression at, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return false;
        }

        int order;
        if (left is string || right is string)
        {
            order = string.CompareOrdinal(context.ObjectToString(left), context.ObjectToString(right));
        }
        else
        {
            if (left is double.NaN or float.NaN || right is double.NaN or float.NaN)
            {
                return false;
            }

            order = OrderOther(context, left, right) ?? throw NotPossible(context, at, left, right);
        }

        return at.Kind switch
        {
            TokenKind.Less => order < 0,
            TokenKind.LessOrEqual => order <= 0,
            TokenKind.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static int? OrderOther(TemplateContext context, object left, object right) => (left, right) switch
    {
        (int a, int b) => a.CompareTo(b),
        _ when IsNumeric(left) && IsNumeric(right) => Arithmetic.Compare(left, right),
        (DateTime a, DateTime b) => a.CompareTo(b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        _ => null,
    };

    private static bool IsNumeric(object value) => value is bool || Conversion.IsNumber(value);

    private static bool IsContainer(object value) => value is string or IEnumerable or IScriptObject;
}
