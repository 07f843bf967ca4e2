using Provision.Boot.Installer.Channel;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>The door to artefacts, with trouble: how each opening goes is said beforehand.</summary>
internal sealed class FlakyChannel(byte[] content) : IJobChannel
{
    /// <summary>What is wrong with the openings to come; after them everything is right.</summary>
    public Queue<string> Troubles { get; } = new();

    /// <summary>The offsets that were asked for.</summary>
    public List<long> Asked { get; } = [];

    public bool CanApprove => false;

    public ReturnKey? ReturnKey => null;

    public Stream OpenIdentity(string address) => Open(address, 0);

    public JobOrder Claim(MachineClaim machine) => throw new NotSupportedException();

    public void Tell(InstallEvent what) => throw new NotSupportedException();

    public void Report(InstallReport report) => throw new NotSupportedException();

    public Stream Open(string address, long from)
    {
        Asked.Add(from);
        var rest = content[(int)from..];
        switch (Troubles.TryDequeue(out var trouble) ? trouble : "")
        {
            case "refused":
                throw new IOException("connection refused");
            case "cut":
                return new MemoryStream(rest[..Math.Min(rest.Length, ImageManifest.PieceBytes + 1000)]);
            case "bit":
                rest = [.. rest];
                rest[17] ^= 1;
                return new MemoryStream(rest);
            default:
                return new MemoryStream(rest);
        }
    }

    public void Dispose()
    {
    }
}
