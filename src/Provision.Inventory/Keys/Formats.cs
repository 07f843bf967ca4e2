using System.Globalization;
using System.Net;

namespace Provision.Inventory;

/// <summary>The formats of single values in the key table.</summary>
internal static class Formats
{
    private const string Octet = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
    private const string AddressPattern = Octet + @"(\." + Octet + "){3}";

    public static readonly ScalarFormat Text = new("text", static _ => null);

    public static readonly ScalarFormat Boolean = new("true or false", static v => v.Value is bool ? null : "") { JsonType = "boolean" };

    public static readonly ScalarFormat Name = new(
        "a name of lower-case letters, digits and hyphens",
        static v => IsName(v.Text) ? null : "")
    { Pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" };

    public static readonly ScalarFormat Host = new(
        "a host name of lower-case letters, digits and hyphens that begins with a letter, such as store37",
        static v => HostName.IsValid(v.Text) ? null : "")
    { Pattern = "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$" };

    public static readonly ScalarFormat Domain = new(
        "a domain such as fleet.example",
        static v => IsDomain(v.Text) ? null : "")
    { Pattern = @"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$" };

    public static readonly ScalarFormat Mac = new(
        "a MAC address such as 00:00:5E:00:53:A1",
        static v => !MacAddress.TryParse(v.Text, out var mac) ? ""
            : mac.IsGroupOrZero ? "is a group address; no network card has it" : null)
    { Pattern = "^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$" };

    public static readonly ScalarFormat Address = new(
        "an address such as 192.0.2.37",
        static v => Ipv4Address.TryParse(v.Text, out _) ? null : "")
    { Pattern = "^" + AddressPattern + "$" };

    public static readonly ScalarFormat Network = new(
        "a network such as 192.0.2.0/24",
        static v => Ipv4Network.TryParse(v.Text, out var network) ? null
            : network.Prefix > 0 ? $"has bits set after its prefix; the network is {Masked(network)}" : "")
    { Pattern = "^" + AddressPattern + "/(3[0-2]|[12]?[0-9])$" };

    public static readonly ScalarFormat AnyAddress = new(
        "an address of IPv4 or IPv6",
        static v => IsAnyAddress(v.Text) ? null : "");

    public static readonly ScalarFormat AddressOrName = new(
        "an address or a host name",
        static v => IsAnyAddress(v.Text) || (IsDomain(v.Text) && !char.IsAsciiDigit(v.Text[^1])) ? null : "");

    public static readonly ScalarFormat Url = new(
        "a URL such as http://192.0.2.4:3142",
        static v => IsUrl(v.Text) ? null : "")
    { Pattern = "^https?://" };

    public static readonly ScalarFormat StatusDaemon = new(
        "a URL such as http://192.0.2.4:8490, or https with the key of its daemon as provision masters certificate prints it",
        static v => IsUrl(v.Text) && v.Text.IndexOf('#', StringComparison.Ordinal) is var at && (v.Text.StartsWith("https://", StringComparison.Ordinal)
            ? at >= 0 && PinnedKey.IsPin(v.Text.AsSpan(at)) : at < 0) ? null : "")
    { Pattern = "^(http://[^#]*|https://[^#]*#SHA256:[A-Za-z0-9+/]{43})$" };

    public static readonly ScalarFormat MastersDatabase = new(
        "a file such as /var/lib/provision-masters/masters.sqlite, or postgresql://user@host:port/database without a password (that belongs into PGPASSFILE)",
        static v => IsFolder(v.Text) || (v.Text.StartsWith("postgresql://", StringComparison.Ordinal) && IsAuthority(v.Text[13..])) ? null : "")
    { Pattern = "^(/.*[^/]|postgresql://[^/ ]+/.+)$" };

    public static readonly ScalarFormat ExportDestination = new(
        "a folder such as /srv/masters, or ssh://user@host/folder",
        static v => IsFolder(v.Text) || (v.Text.StartsWith("ssh://", StringComparison.Ordinal) && IsAuthority(v.Text[6..])) ? null : "")
    { Pattern = "^(/.*[^/]|ssh://[^/ ]+/.+)$" };

    public static readonly ScalarFormat AptSource = new(
        "a line of sources.list such as: deb http://192.0.2.4:3142/debian trixie main contrib",
        static v => v.Text.StartsWith("deb ", StringComparison.Ordinal)
            && v.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= 3 && v.Text.All(c => c is >= ' ' and <= '~') ? null : "")
    { Pattern = "^deb [^ ]+ +[^ ]+" };

    public static readonly ScalarFormat Size = new(
        "a size such as 2000G (1G is 10^9 bytes)",
        static v => ByteSize.TryParse(v.Text, out var bytes) && bytes > 0 ? null : "")
    { Pattern = "^[1-9][0-9]*[KMGTP]?$" };

    public static readonly ScalarFormat Pattern = new(
        "a name, in which {host}, {short}, {number}, {n} and {nn} are filled in",
        static v => IsPlain(v.Text) && !v.Text.Contains('/', StringComparison.Ordinal) ? null : "")
    { Pattern = "^[^/ ]+$" };

    public static readonly ScalarFormat MountPattern = new(
        "a folder such as /mnt/{short}d1t{nn}, from /, without a slash at the end",
        static v => IsPlain(v.Text) && v.Text.Length > 1 && v.Text[0] == '/' && v.Text[^1] != '/'
            && !v.Text.Contains("//", StringComparison.Ordinal) && !HasDotFolder(v.Text) ? null : "")
    { Pattern = "^/.*[^/]$" };

    public static readonly ScalarFormat InstanceText = new(
        "a text in which {name} and {TIER} are filled in",
        static v => IsPlain(v.Text) && InstancePattern.TryParse(v.Text) is not null ? null : "")
    { Pattern = "^[^ ]+$" };

    public static readonly ScalarFormat Setting = new(
        "a name of lower-case letters, digits and _ that begins with a letter",
        static v => v.Text.Length > 0 && char.IsAsciiLetterLower(v.Text[0])
            && v.Text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') ? null : "")
    { Pattern = "^[a-z][a-z0-9_]*$" };

    public static readonly ScalarFormat RegularExpression = new(
        "a regular expression",
        static v => IsRegularExpression(v.Text) ? null : "");

    public static readonly ScalarFormat Bays = new(
        "a panel and its bays, such as: front 1-12",
        static v => BayList.TryParse(v.Text, out _, out _) ? null : "")
    { Pattern = "^[a-z0-9-]+ +[0-9, -]+$" };

    public static readonly ScalarFormat Package = new(
        "a package such as nginx or nginx=1.26.*",
        static v => IsPackage(v.Text) ? null : "")
    { Pattern = @"^[a-z0-9][a-z0-9+.-]+(=[^= ]+)?$" };

    public static readonly ScalarFormat Unit = new(
        "a unit such as nginx.service",
        static v => IsPlain(v.Text) && !v.Text.Contains('/', StringComparison.Ordinal) && v.Text.LastIndexOf('.') > 0 ? null : "")
    { Pattern = @"^[^/ ]+\.[a-z]+$" };

    public static readonly ScalarFormat Branch = new(
        "the name of a git branch",
        static v => IsPlain(v.Text) && v.Text[0] is not ('-' or '/') && !v.Text.Contains("..", StringComparison.Ordinal)
            && !HasBranchSign(v.Text) ? null : "");

    public static readonly ScalarFormat Word = new(
        "one word without blanks and quotes",
        static v => IsPlain(v.Text) ? null : "")
    { Pattern = "^[^ ]+$" };

    public static readonly ScalarFormat Folder = new(
        "a folder such as /srv/provision, from /, without a slash at the end",
        static v => IsFolder(v.Text) ? null : "")
    { Pattern = "^/.*[^/]$" };

    public static readonly ScalarFormat SshKey = new(
        "a public ssh key such as: ssh-ed25519 AAAA... name",
        static v => v.Text.Split(' ') is [var kind, { Length: > 16 } key, ..]
            && (kind.StartsWith("ssh-", StringComparison.Ordinal) || kind.StartsWith("ecdsa-", StringComparison.Ordinal)
                || kind.StartsWith("sk-", StringComparison.Ordinal))
            && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=') && v.Text.All(c => c is >= ' ' and <= '~') ? null : "")
    { Pattern = "^(ssh|ecdsa|sk)-[^ ]+ [A-Za-z0-9+/=]+( .*)?$" };

    public static readonly ScalarFormat BayName = new(
        "a bay such as front/3",
        static v => v.Text.IndexOf('/') is > 0 and var slash
            && int.TryParse(v.Text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : "");

    /// <summary>Returns the format of an integer within limits.</summary>
    public static ScalarFormat Integer(long least, long most = int.MaxValue) => new(
        most == int.MaxValue ? $"a whole number from {least}" : $"a whole number from {least} to {most}",
        v => v.Value is long number && number >= least && number <= most ? null : "")
    { JsonType = "integer", Minimum = least };

    /// <summary>Returns true for lower-case letters, digits and inner hyphens.</summary>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > 63 || text[0] == '-' || text[^1] == '-')
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsDomain(string text)
    {
        foreach (var part in text.AsSpan().Split('.'))
        {
            if (!IsName(text.AsSpan()[part]))
            {
                return false;
            }
        }

        return text.Length <= 253;
    }

    private static bool IsFolder(string text) =>
        IsPlain(text) && text.Length > 1 && text[0] == '/' && text[^1] != '/' && !text.Contains("//", StringComparison.Ordinal) && !HasDotFolder(text);

    /// <summary>Validates the part after the scheme, <c>user@host:port/path</c>; neither user nor host can be mistaken for a program's option.</summary>
    private static bool IsAuthority(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var at = slash < 0 ? -1 : text.LastIndexOf('@', slash);
        return slash > at + 1 && slash + 1 < text.Length && IsPlain(text) && text[0] != '-'
            && text[at + 1] is not ('-' or ':') && (at < 0 || (at > 0 && !text[..at].Contains(':', StringComparison.Ordinal)));
    }

    private static bool IsUrl(string text)
    {
        var rest = text.StartsWith("http://", StringComparison.Ordinal) ? text.AsSpan(7)
            : text.StartsWith("https://", StringComparison.Ordinal) ? text.AsSpan(8) : default;
        return !rest.IsEmpty && rest[0] is not ('/' or ':' or '?' or '#') && IsPlain(text);
    }

    private static bool IsAnyAddress(string text) =>
        Ipv4Address.TryParse(text, out _)
        || (text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out _));

    private static bool IsPackage(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('+' or '.' or '-'))
            {
                return false;
            }
        }

        return name.Length > 1 && char.IsAsciiLetterOrDigit(name[0])
            && (equals < 0 || (equals + 1 < text.Length && IsPlain(text) && text.IndexOf('=', equals + 1) < 0));
    }

    /// <summary>Returns true for a non-empty text that needs no quoting in a file or a command.</summary>
    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (c <= ' ' || c is '"' or '\'' or '\\' or '`' or '$' or '\u007f' || char.IsWhiteSpace(c))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    private static bool HasBranchSign(string text)
    {
        foreach (var c in text)
        {
            if (c is '~' or '^' or ':' or '?' or '*' or '[' or '\\')
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasDotFolder(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan()[part] is "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsRegularExpression(string text)
    {
        try
        {
            _ = new System.Text.RegularExpressions.Regex(text, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static Ipv4Network Masked(Ipv4Network network) =>
        network with { First = new Ipv4Address(network.First.Bits & ~(uint)(network.Size - 1)) };
}
