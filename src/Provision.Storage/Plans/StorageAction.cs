using Provision.Inventory;
using Provision.Storage.Map;

namespace Provision.Storage.Plans;

/// <summary>What is to become of one thing.</summary>
public enum ActionKind
{
    /// <summary>It is as the inventory and the record say; nothing is done to it.</summary>
    Keep,

    /// <summary>It does not exist, may exist, and can be made.</summary>
    Create,

    /// <summary>It is the operating system's target: it is wiped and made again.</summary>
    WipeOs,

    /// <summary>Something is not as it should be; nothing is done until a person has looked.</summary>
    Refuse,

    /// <summary>It could not be seen whether it is as it should be; nothing is done until it can be.</summary>
    Unseen,
}

/// <summary>One line of a plan.</summary>
/// <param name="Kind">What is to become of it.</param>
/// <param name="Target">What it is about.</param>
/// <param name="Reason">Why, as a sentence without a full stop.</param>
/// <param name="Identities">What it was known by, in a fixed form: <c>serial WDWMAY04568236</c>, <c>luks 6ac1...</c>.</param>
public sealed record StorageAction(ActionKind Kind, StorageTarget Target, string Reason, IReadOnlyList<string> Identities)
{
    /// <summary><c>keep</c>, <c>create</c>, <c>wipe-os</c>, <c>refuse</c> or <c>unseen</c>.</summary>
    public string Word => Kind switch
    {
        ActionKind.Keep => "keep",
        ActionKind.Create => "create",
        ActionKind.WipeOs => "wipe-os",
        ActionKind.Unseen => "unseen",
        _ => "refuse",
    };

    /// <summary>The line for something that matches or not, or that could not be seen.</summary>
    public static StorageAction Of(Match match, StorageTarget target, string reason, IReadOnlyList<string> identities) => match.IsMatch
        ? new StorageAction(ActionKind.Keep, target, reason, identities)
        : new StorageAction(match.IsUnseen ? ActionKind.Unseen : ActionKind.Refuse, target, match.ToString(), identities);
}

/// <summary>What holds of a machine's disks and what may be done, in order; immutable, hashed.</summary>
public sealed record StoragePlan
{
    /// <summary>The host.</summary>
    public required string Host { get; init; }

    /// <summary>What the plan is for: diff, create d1search, reinstall.</summary>
    public required string Purpose { get; init; }

    /// <summary>The lines: sets in the order of the chassis, each followed by its bays and volumes, then strangers.</summary>
    public required IReadOnlyList<StorageAction> Actions { get; init; }

    /// <summary>What could not be seen while the plan was made.</summary>
    public IReadOnlyList<Diagnostic> Problems { get; init; } = [];

    /// <summary>SHA-256 over what it destroys or makes and what it protects (<see cref="StoragePlanHash"/>), in hexadecimal.</summary>
    public string Hash => StoragePlanHash.Of(this);

    /// <summary>True if nothing has to be done and nothing was refused.</summary>
    public bool IsSame => Actions.All(action => action.Kind == ActionKind.Keep);

    /// <summary>True if a line is about something that could not be seen.</summary>
    public bool IsUnseen => Actions.Any(action => action.Kind == ActionKind.Unseen);

    /// <summary>The lines that speak against the plan: what is wrong, and what could not be seen.</summary>
    public IEnumerable<StorageAction> Refusals => Actions.Where(action => action.Kind is ActionKind.Refuse or ActionKind.Unseen);
}
