namespace Provision.Templating.Runtime;

/// <summary>The value of the word <c>empty</c>: equal to empty strings, arrays and objects; false; prints nothing.</summary>
internal sealed class EmptyValue
{
    internal static readonly EmptyValue Instance = new();

    public override string ToString() => "";
}
