using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Channel;

/// <summary>Where an installation gets its order and artefacts from, and where it says how it goes.</summary>
public interface IJobChannel : IDisposable
{
    /// <summary>True where an engineer may approve another plan while the machine waits.</summary>
    bool CanApprove { get; }

    /// <summary>Claims the job, or asks again for its order: an approval is in it once it was given.</summary>
    /// <param name="machine">What the machine claims it with.</param>
    /// <exception cref="InstallException">There is no such job (any more), or this machine may not have it.</exception>
    JobOrder Claim(MachineClaim machine);

    /// <summary>The key by which this machine is known again after a restart; set by a claim, null if the channel has none.</summary>
    ReturnKey? ReturnKey { get; }

    /// <summary>Says how far it is. Never fails and never waits long: what cannot be said now is said later.</summary>
    void Tell(InstallEvent what);

    /// <summary>Reports how it ended, or what it waits for. If no server answers, the marker on the target reports it later.</summary>
    void Report(InstallReport report);

    /// <summary>Opens an artefact.</summary>
    /// <param name="address">As the order has it: absolute, or relative to where the order came from.</param>
    /// <param name="from">The first byte that is wanted.</param>
    /// <exception cref="IOException">Not now; it may work later.</exception>
    /// <exception cref="InstallException">It is not there.</exception>
    Stream Open(string address, long from);

    /// <summary>Opens the archive of the host's identity.</summary>
    /// <param name="address">As the order has it.</param>
    /// <exception cref="IOException">Not now; it may work later.</exception>
    /// <exception cref="InstallException">It is not there, or not for this machine.</exception>
    Stream OpenIdentity(string address);
}
