using System.Text;
using Provision.Configuration.Desired;

namespace Provision.Configuration.Differences;

/// <summary>The users and groups of a root, from its own <c>/etc/passwd</c> and <c>/etc/group</c>: names are resolved in that root, not on the machine that
/// runs the program.</summary>
public sealed class OwnerDatabase
{
    private readonly Dictionary<string, uint>? users;
    private readonly Dictionary<string, uint>? groups;

    private OwnerDatabase(Dictionary<string, uint>? users, Dictionary<string, uint>? groups)
    {
        this.users = users;
        this.groups = groups;
    }

    /// <summary>False for a root without a user database; owners are then neither compared nor set.</summary>
    public bool IsThere => users is not null && groups is not null;

    /// <summary>Names of all users, for suggestions.</summary>
    public IEnumerable<string> Users => users?.Keys ?? Enumerable.Empty<string>();

    /// <summary>Names of all groups, for suggestions.</summary>
    public IEnumerable<string> Groups => groups?.Keys ?? Enumerable.Empty<string>();

    /// <summary>Reads the database of a root.</summary>
    public static OwnerDatabase Read(IMachineFiles files) =>
        new(Names(files.Read("/etc/passwd", follow: true)), Names(files.Read("/etc/group", follow: true)));

    /// <summary>Returns a user's id; null if there is no such user.</summary>
    public uint? User(string name) => users is not null && users.TryGetValue(name, out var id) ? id : null;

    /// <summary>Returns a group's id; null if there is no such group.</summary>
    public uint? Group(string name) => groups is not null && groups.TryGetValue(name, out var id) ? id : null;

    /// <summary>Returns the numeric owner; null if one of the names is unknown.</summary>
    public Owner? Resolve(OwnerNames names) =>
        User(names.User) is { } uid && Group(names.Group) is { } gid ? new Owner(uid, gid) : null;

    /// <summary>Formats a numeric owner with names if they are known.</summary>
    public string Describe(Owner owner) => $"{Name(users, owner.Uid)}:{Name(groups, owner.Gid)}";

    private static string Name(Dictionary<string, uint>? names, uint id) =>
        names?.FirstOrDefault(entry => entry.Value == id).Key ?? id.ToString();

    private static Dictionary<string, uint>? Names(FileContent? file)
    {
        if (file is null)
        {
            return null;
        }

        var names = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(file.Content).Split('\n'))
        {
            // passwd: name:x:uid:gid:...   group: name:x:gid:members
            var fields = line.Split(':');
            if (fields.Length >= 3 && uint.TryParse(fields[2], out var id))
            {
                names.TryAdd(fields[0], id);
            }
        }

        return names;
    }
}
