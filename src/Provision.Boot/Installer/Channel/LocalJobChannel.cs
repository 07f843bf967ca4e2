using System.Text.Json;
using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Channel;

/// <summary>An order and its artefacts as files, for an installation without a network. Nothing can be approved.</summary>
/// <param name="orderFile">The order as JSON.</param>
/// <param name="folder">Where the artefacts are that the order names.</param>
/// <param name="reportFile">Where the report goes; null for nowhere.</param>
public sealed class LocalJobChannel(string orderFile, string folder, string? reportFile = null) : IJobChannel
{
    /// <inheritdoc/>
    public bool CanApprove => false;

    /// <inheritdoc/>
    public ReturnKey? ReturnKey => null;

    /// <inheritdoc/>
    public JobOrder Claim(MachineClaim machine)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(orderFile), JobsJson.Default.JobOrder)
                ?? throw new InstallException($"{orderFile} holds no order");
        }
        catch (JsonException e)
        {
            throw new InstallException($"{orderFile}({e.LineNumber + 1},{e.BytePositionInLine + 1}): no order: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public void Tell(InstallEvent what)
    {
        // The console has it.
    }

    /// <inheritdoc/>
    public void Report(InstallReport report)
    {
        if (reportFile is not null)
        {
            File.WriteAllBytes(reportFile, JsonSerializer.SerializeToUtf8Bytes(report, JobsJson.Default.InstallReport));
        }
    }

    /// <inheritdoc/>
    public Stream Open(string address, long from)
    {
        var path = Path.Combine(folder, address);
        if (!File.Exists(path))
        {
            throw new InstallException($"there is no {path}");
        }

        var stream = File.OpenRead(path);
        stream.Position = from;
        return stream;
    }

    /// <inheritdoc/>
    public Stream OpenIdentity(string address) => Open(address, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        // It holds nothing open.
    }
}
