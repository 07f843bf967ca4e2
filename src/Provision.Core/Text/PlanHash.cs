using System.Security.Cryptography;
using System.Text;

namespace Provision.Core;

/// <summary>The hash that a plan is known by when it is shown, armed or approved.</summary>
public static class PlanHash
{
    /// <summary>SHA-256 of the lines, each ended by a line feed, as UTF-8; lower-case hexadecimal.</summary>
    /// <param name="lines">First the kind of plan and the version of its form, then what the plan does.</param>
    public static string Of(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(static line => line + "\n")))));
}
