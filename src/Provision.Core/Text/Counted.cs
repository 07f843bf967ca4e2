namespace Provision.Core;

/// <summary>Numbers of things in messages.</summary>
public static class Counted
{
    /// <summary>Returns <c>1 file</c>, <c>2 files</c>, <c>0 files</c>.</summary>
    public static string Of(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";
}
