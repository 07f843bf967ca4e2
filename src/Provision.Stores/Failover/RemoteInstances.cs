using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

/// <summary>Operates on slots by running <c>provision slot VERB HOST SLOT</c> on their own hosts.</summary>
/// <param name="shell">Reaches the hosts.</param>
public sealed class RemoteInstances(HostShell shell) : IInstanceOperations
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public InstanceHealth Status(Slot slot) => Health(slot, Do(slot, "status", Limit));

    /// <inheritdoc/>
    public InstanceHealth Start(Slot slot) => Health(slot, Do(slot, "start", Limit));

    /// <inheritdoc/>
    public void Stop(Slot slot) => Do(slot, "stop", Limit);

    /// <inheritdoc/>
    public IReadOnlyList<ReplicationChannel> Drain(Slot slot) => Health(slot, Do(slot, "drain", DrainLimit)).Channels.Where(channel => channel.Age is not null)
        .ToList();

    private CommandResult Do(Slot slot, string verb, TimeSpan limit)
    {
        var result = shell.Run(slot.Host, limit, "provision", "slot", verb, slot.Host.Name, slot.Name, "--here", "--output", "json");

        // 1 means that the slot is unhealthy; the output has the details.
        return result.ExitCode is 0 or 1 ? result
            : throw new InstanceException($"{slot.Name}: \"provision slot {verb}\" on {slot.Host.Name} failed: {Ssh.Last(result.Error)}");
    }

    private static InstanceHealth Health(Slot slot, CommandResult result) =>
        InstanceHealthJson.FromJson(result.Output.Span).FirstOrDefault(health => health.Slot == slot.Name)
        ?? throw new InstanceException($"{slot.Name}: {slot.Host.Name} returned no status for it");
}
