using System.Security.Cryptography;
using System.Text;

namespace Provision.Core;

/// <summary>The hash that identifies a plan when it is shown, armed or approved.</summary>
public static class PlanHash
{
    /// <summary>Returns the SHA-256 of the lines as UTF-8, each terminated by a line feed, in lower-case hexadecimal.</summary>
    /// <param name="lines">The kind of plan and its format version, then what the plan does.</param>
    public static string Of(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(static line => line + "\n")))));
}
