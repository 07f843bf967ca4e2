using System.Text.Json;
using Provision.Cyrus.Observe;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Compare;

/// <summary>
/// Creates the digest of a slot of this machine from its files, with Cyrus's own tools: neither a login nor a running server is needed. Messages are read from
/// the index, not from their files.
/// </summary>
/// <param name="files">The machine's files.</param>
/// <param name="commands">The machine's commands.</param>
public sealed class SlotDigester(IMachineFiles files, ICommandRunner commands)
{
    /// <summary>Mailboxes per run of mbexamine: a command line is limited to 2 MB.</summary>
    private const int AtOnce = 500;

    /// <summary>Returns the digest of all mailboxes, or of those of <paramref name="only"/> that exist.</summary>
    /// <exception cref="InvalidDataException">The slot has no configuration, or the output of Cyrus's tools is malformed.</exception>
    /// <exception cref="CommandFailedException">A tool of Cyrus failed.</exception>
    public InstanceDigest Digest(string slot, IReadOnlyCollection<string>? only = null)
    {
        var configuration = SlotConfiguration.Read(files, slot)
            ?? throw new InvalidDataException($"there is no configuration of {slot} in {SlotConfiguration.Folder}/{slot}");
        var found = new List<MailboxDigest>();
        foreach (var names in Names(configuration).Where(name => only is null || only.Contains(name)).Order(StringComparer.Ordinal).Chunk(AtOnce))
        {
            // mbexamine continues with the next name if it cannot open one, but not through a pattern; newer versions return 67 if none was left.
            var result = commands.Run(Tool(configuration, "mbexamine", names).WithReader(output =>
            {
                using var listing = new MailboxListing(output);
                found.AddRange(listing.Read(names));
            }));
            if (!result.Succeeded && result.ExitCode != 67)
            {
                throw new CommandFailedException(result);
            }
        }

        return new InstanceDigest(slot, found);
    }

    /// <summary>
    /// Returns the names of the mailboxes that hold mail here; deleted ones are kept for a while, and each slot removes them at its own time.
    /// </summary>
    private List<string> Names(SlotConfiguration configuration)
    {
        var list = commands.Run(Tool(configuration, "ctl_mboxlist", ["-d"])).OrThrow();
        var deleted = configuration.Options.GetValueOrDefault("deletedprefix", "DELETED") + ".";
        try
        {
            using var document = JsonDocument.Parse(list.Output);
            return [.. document.RootElement.EnumerateObject()
                .Where(mailbox => !mailbox.Name.StartsWith(deleted, StringComparison.Ordinal) && !(mailbox.Value.GetProperty("mbtype").GetString() ?? "")
                    .AsSpan().ContainsAny('d', 'i', 'r'))
                .Select(mailbox => mailbox.Name)];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{configuration.Slot}: what ctl_mboxlist -d says is not the list of mailboxes that was expected: {e.Message}", e);
        }
    }

    private static Command Tool(SlotConfiguration configuration, string program, IReadOnlyList<string> arguments) =>
        Command.Of($"/usr/lib/cyrus/bin/{program}", ["-C", configuration.ImapdConf, .. arguments])
            .Through("setpriv", "--reuid=cyrus", "--regid=mail", "--init-groups");
}
