namespace Provision.Boot.Jobs;

/// <summary>What an unknown machine says of itself: <c>POST /discovered</c>. The same machine may say it again; the last report counts.</summary>
/// <param name="DmiUuid">UUID of its firmware, lower case; null where it has none.</param>
/// <param name="Macs">Its network cards, lower case.</param>
/// <param name="Product">The maker's name of it, for people.</param>
/// <param name="Serial">The number on its case, for people.</param>
/// <param name="Summary">Controllers and disks with bay and serial, a line each, for people.</param>
/// <param name="Bundle">The look at the machine as <c>provision capture</c> packs it (base64 in JSON).</param>
public sealed record DiscoveryReport(
    string? DmiUuid, IReadOnlyList<string> Macs, string? Product, string? Serial, IReadOnlyList<string> Summary, byte[] Bundle);

/// <summary>The answer: under which id the machine is known.</summary>
/// <param name="Id">What <c>provision host adopt</c> is given.</param>
internal sealed record DiscoveryAnswer(string Id);
