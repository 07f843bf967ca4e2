using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cli;

/// <summary>Who is master now, as the status daemons say it. They are asked once, when somebody wants to know: where none answers that takes seconds.</summary>
/// <param name="servers">URLs of the daemons, asked in this order.</param>
internal sealed class MastersNow(IReadOnlyList<string> servers)
{
    private readonly Lazy<(MastershipSnapshot? Snapshot, IReadOnlyList<string> Failures)> answer = new(() =>
    {
        using var question = new MasterQuestion([.. servers.Select(url => new Uri(url))]);
        return (question.AskAll(), question.Failures);
    });

    /// <summary>What they say; null where none answers.</summary>
    public MastershipSnapshot? Snapshot => answer.Value.Snapshot;

    /// <summary>Why those that did not answer did not, a sentence each.</summary>
    public string Failures => string.Join("; ", answer.Value.Failures);
}
