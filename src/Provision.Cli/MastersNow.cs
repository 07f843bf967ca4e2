using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cli;

/// <summary>The current masters according to the status daemons. The daemons are queried once, on first use, because it takes seconds if none
/// answers.</summary>
/// <param name="servers">URLs of the daemons, queried in this order.</param>
internal sealed class MastersNow(IReadOnlyList<string> servers)
{
    private readonly Lazy<(MastershipSnapshot? Snapshot, IReadOnlyList<string> Failures)> answer = new(() =>
    {
        using var question = new MasterQuestion([.. servers.Select(url => new Uri(url))]);
        return (question.AskAll(), question.Failures);
    });

    /// <summary>The returned snapshot; null if no daemon answered.</summary>
    public MastershipSnapshot? Snapshot => answer.Value.Snapshot;

    /// <summary>One sentence for each daemon that did not answer, with the reason.</summary>
    public string Failures => string.Join("; ", answer.Value.Failures);
}
