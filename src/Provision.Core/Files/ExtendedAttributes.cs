using System.Buffers.Binary;

namespace Provision.Core;

/// <summary>Extended attributes of a file that matter when the file is replaced.</summary>
public static class ExtendedAttributes
{
    /// <summary>No attributes.</summary>
    public static readonly IReadOnlyDictionary<string, byte[]> None = new Dictionary<string, byte[]>(StringComparer.Ordinal);

    private const string AccessList = "system.posix_acl_access";
    private const string Capabilities = "security.capability";

    /// <summary>True for an attribute of a user's own (<c>user.*</c>): it stays with the path when the file is replaced.</summary>
    public static bool IsKept(string name) => name.StartsWith("user.", StringComparison.Ordinal);

    /// <summary>True for an attribute that allows more than mode and owner say: an access control list, or capabilities of a program.</summary>
    public static bool GivesAccess(string name) => name is AccessList or Capabilities;

    /// <summary>Returns what an attribute that gives access allows: <c>access list user:1001:r--, mask::r--</c>; <c>capabilities 0100000200...</c>.</summary>
    /// <param name="name">The attribute.</param>
    /// <param name="value">Its value as the kernel stores it (posix_acl_xattr.h).</param>
    public static string Describe(string name, ReadOnlySpan<byte> value)
    {
        const int header = 4, entry = 8;
        if (name != AccessList || value.Length < header || (value.Length - header) % entry != 0)
        {
            return $"{(name == AccessList ? "access list" : "capabilities")} {Convert.ToHexStringLower(value)}";
        }

        var entries = new List<string>();
        for (var at = header; at < value.Length; at += entry)
        {
            var (tag, allowed) = (BinaryPrimitives.ReadUInt16LittleEndian(value[at..]), BinaryPrimitives.ReadUInt16LittleEndian(value[(at + 2)..]));
            var id = BinaryPrimitives.ReadUInt32LittleEndian(value[(at + 4)..]);
            var who = tag switch { 2 => $"user:{id}", 8 => $"group:{id}", 16 => "mask:", _ => null };
            if (who is not null)
            {
                entries.Add($"{who}:{((allowed & 4) != 0 ? 'r' : '-')}{((allowed & 2) != 0 ? 'w' : '-')}{((allowed & 1) != 0 ? 'x' : '-')}");
            }
        }

        return $"access list {string.Join(' ', entries)}";
    }
}
