using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Provision.Stores.Mastership;

/// <summary>One change in the chain of all changes: a random id, and the hash of the change before. Two databases that were one and were changed apart have
/// different hashes from the first different change on, whatever their serials.</summary>
/// <param name="Serial">The serial after the change.</param>
/// <param name="Id">Random, 32 hexadecimal digits.</param>
/// <param name="Before">Hash of the link before; empty for the first.</param>
/// <param name="Restored">True for a restore, with which a person begins a new branch.</param>
public sealed record MastershipLink(long Serial, string Id, string Before, bool Restored)
{
    /// <summary>SHA-256 over all fields, as hexadecimal digits.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Serial}\n{Id}\n{Before}\n{(Restored ? 1 : 0)}\n"))));

    /// <summary>Returns the link of a change.</summary>
    /// <param name="serial">The serial after it.</param>
    /// <param name="before">The head before it; null for none.</param>
    /// <param name="restored">True for a restore.</param>
    public static MastershipLink Next(long serial, string? before, bool restored) =>
        new(serial, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), before ?? "", restored);

    /// <summary>Returns why a whole chain does not lead to the masters that it belongs to; null if it does.</summary>
    /// <param name="masters">The masters.</param>
    /// <param name="links">Every link, in their order.</param>
    public static string? WhyBroken(MastershipSnapshot masters, IReadOnlyList<MastershipLink> links)
    {
        var head = links.Count > 0 ? links[0].Before : null;
        foreach (var link in links)
        {
            if (link.Before != head)
            {
                return $"the change with serial {link.Serial} does not name the one before it: the chain of changes was edited";
            }

            head = link.Hash;
        }

        return head != masters.Head || (links.Count > 0 ? links[^1].Serial : 0) != masters.Serial
            ? $"the chain of changes ends at serial {(links.Count > 0 ? links[^1].Serial : 0)}, " +
                $"the masters are at {masters.Serial}: something else changed them"
            : null;
    }

    /// <summary>Returns why masters are not what became of others that are known; null if the chain proves it, or if nothing is known of a chain.</summary>
    /// <param name="known">The known masters.</param>
    /// <param name="read">Those that are to follow, with the same serial or a higher one.</param>
    /// <param name="links">The links after the serial of the known ones, in their order.</param>
    public static string? WhyNot(MastershipSnapshot known, MastershipSnapshot read, IReadOnlyList<MastershipLink> links)
    {
        if (known.Head is null || known.Head == read.Head)
        {
            return null;
        }

        if (known.Serial == read.Serial)
        {
            return $"the masters of serial {read.Serial} are not those that were seen here with this serial";
        }

        // What was on another branch before a restore is replaced by it.
        var head = known.Head;
        var later = links.Where(link => link.Serial <= read.Serial).ToList();
        foreach (var link in later.Skip(Math.Max(0, later.FindLastIndex(link => link.Restored))))
        {
            if (!link.Restored && link.Before != head)
            {
                return $"the masters of serial {read.Serial} did not come from those of serial {known.Serial} that were seen here";
            }

            head = link.Hash;
        }

        return head == read.Head ? null
            : $"nothing proves that the masters of serial {read.Serial} came from those of serial {known.Serial} that were seen here";
    }
}
