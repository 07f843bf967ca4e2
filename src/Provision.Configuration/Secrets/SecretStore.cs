using System.Collections.Concurrent;
using System.Text;

namespace Provision.Configuration.Secrets;

/// <summary>A secret, or why it cannot be read.</summary>
/// <param name="Value">The plain text without its last line end; null if it cannot be read.</param>
/// <param name="Problem">Why it cannot be read; null if it can.</param>
public sealed record Secret(string? Value, string? Problem);

/// <summary>The secrets of a repository: <c>hosts/secrets/NAME.age</c>, decrypted with age and this host's identity. Each is decrypted at most once per run and
/// never written anywhere.</summary>
/// <param name="repository">Directory of the repository.</param>
/// <param name="identity">File with the age identity (private key) of this host or operator.</param>
/// <param name="commands">Runs age.</param>
public sealed class SecretStore(string repository, string identity, ICommandRunner commands)
{
    /// <summary>Default path of a host's identity.</summary>
    public const string DefaultIdentity = "/etc/provision/identity.age";

    private readonly ConcurrentDictionary<string, Lazy<Secret>> read = new(StringComparer.Ordinal);

    /// <summary>Names of all secrets, in ordinal order.</summary>
    public IReadOnlyList<string> Names =>
        Directory.Exists(Folder)
            ? [.. Directory.EnumerateFiles(Folder, "*.age").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)]
            : [];

    /// <summary>Plain values of all secrets read so far, longest first.</summary>
    public IReadOnlyList<string> Values =>
    [
        .. read.Values.Select(secret => secret.Value.Value).OfType<string>().Distinct(StringComparer.Ordinal).OrderByDescending(value => value.Length),
    ];

    private string Folder => Path.Combine(repository, "hosts", "secrets");

    /// <summary>True if the repository has a secret of this name, whether or not it can be read.</summary>
    public bool Has(string name) => IsName(name) && File.Exists(PathOf(name));

    /// <summary>Reads a secret.</summary>
    public Secret Read(string name) => read.GetOrAdd(name, key => new(() => Decrypt(key))).Value;

    /// <summary>Returns the hint for a name that the repository does not have.</summary>
    public string MissingHint(string name) => NearestName.Hint(name, Names) ?? $"encrypt it with age to hosts/secrets/{name}.age";

    /// <summary>Reads a binary secret, such as an archive, without keeping it; null and the reason if it cannot be read.</summary>
    public (ReadOnlyMemory<byte>? Bytes, string? Problem) ReadBytes(string name)
    {
        if (!Has(name))
        {
            return (null, $"there is no secret \"{name}\"");
        }

        if (!File.Exists(identity))
        {
            return (null, $"the secret \"{name}\" cannot be read: there is no identity {identity} (give one with --identity)");
        }

        var result = commands.Run(Command.Of("age", "--decrypt", "--identity", identity, PathOf(name)).WithTimeout(TimeSpan.FromSeconds(20)));
        if (!result.Succeeded)
        {
            var why = result.ExitCode == 127 ? "age is not installed" : result.Error.Split('\n')[0].Replace("age: error: ", "", StringComparison.Ordinal);
            return (null, $"the secret \"{name}\" cannot be decrypted with {identity}: {why}");
        }

        return (result.Output, null);
    }

    private Secret Decrypt(string name)
    {
        var (bytes, problem) = ReadBytes(name);
        if (bytes is not { } plain)
        {
            return new Secret(null, problem);
        }

        var text = Encoding.UTF8.GetString(plain.Span);
        return new Secret(text.EndsWith('\n') ? text[..^1] : text, null);
    }

    private string PathOf(string name) => Path.Combine(Folder, name + ".age");

    private static bool IsName(string name) =>
        name.Length > 0 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
