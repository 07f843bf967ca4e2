using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Compare;

/// <summary>
/// Parses the output of <c>mbexamine</c> (the form of Cyrus 3.6 to 3.10) as it arrives, and keeps only digests. The output includes message headers, so a mail
/// could imitate its lines: each header's length precedes it, and exactly that much is skipped.
/// </summary>
/// <param name="output">The output of mbexamine.</param>
internal sealed class MailboxListing(Stream output) : IDisposable
{
    private const string HeadEnd = " Mailbox Header Info:";
    private readonly BufferedStream input = new(output, 64 * 1024);
    private readonly List<byte> line = new(1024);

    /// <inheritdoc/>
    public void Dispose() => input.Dispose();

    /// <summary>Reads the mailboxes that mbexamine was asked for, in the order of the request. Those that no longer exist are left out.</summary>
    /// <exception cref="InvalidDataException">The output is malformed.</exception>
    public IEnumerable<MailboxDigest> Read(IReadOnlyList<string> asked)
    {
        var next = 0;
        var head = ReadLine();
        while (head is not null)
        {
            var at = next;
            while (at < asked.Count && !head.StartsWith($"Examining {asked[at]}...", StringComparison.Ordinal))
            {
                at++;
            }

            if (at == asked.Count)
            {
                throw Unexpected(head);
            }

            next = at + 1;
            head = head[$"Examining {asked[at]}...".Length..];
            if (head == HeadEnd)
            {
                yield return Mailbox(asked[at], out head);
            }
            else
            {
                // The head of the next mailbox follows on the same line.
                yield return new MailboxDigest { Name = asked[at], Unreadable = "Cyrus cannot open it" };
                head = head.Length == 0 ? null : head;
            }
        }
    }

    private MailboxDigest Mailbox(string name, out string? after)
    {
        var (uniqueId, validity, modSeq, last, count) = ("", 0L, 0L, 0L, 0L);
        string[] userFlags = [];
        while ((ReadLine() ?? throw Unexpected("its end")) is var said && said != " Message Info:")
        {
            if (said.StartsWith("  Unique ID: ", StringComparison.Ordinal))
            {
                uniqueId = said["  Unique ID: ".Length..];
            }
            else if (said.StartsWith("  User Flags: ", StringComparison.Ordinal))
            {
                userFlags = said["  User Flags: ".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
            else if (said.StartsWith("  Number of Messages: ", StringComparison.Ordinal))
            {
                count = Number(said, "Number of Messages: ");
            }
            else if (said.StartsWith("  UIDValidity: ", StringComparison.Ordinal))
            {
                (validity, last) = (Number(said, "UIDValidity: "), Number(said, "Last UID: "));
            }
            else if (said.StartsWith("  Highest Mod Sequence: ", StringComparison.Ordinal))
            {
                modSeq = Number(said, "Highest Mod Sequence: ");
            }
        }

        using var contents = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var flags = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var messages = 0;
        var uid = 0L;
        while ((after = ReadLine()) is not null && !after.StartsWith("Examining ", StringComparison.Ordinal))
        {
            var (first, second, third, fourth) = (after, ReadLine() ?? "", ReadLine() ?? "", ReadLine() ?? "");
            var previous = uid;
            uid = Number(first, "> UID:");
            if (uid <= previous)
            {
                throw Unexpected(first);
            }

            Add(contents, $"{uid} {Word(second, " GUID:")} {Number(first, " SIZE:")}\n");
            Add(flags, $"{uid} {Number(second, " MODSEQ:")} {string.Join(' ', Flags(third, fourth, userFlags))}\n");
            messages++;
        }

        return messages != count || uniqueId.Length == 0
            ? throw new InvalidDataException($"what mbexamine says of {name} cannot be read: it has {count} messages and shows {messages}")
            : new MailboxDigest
            {
                Name = name,
                UniqueId = uniqueId,
                UidValidity = validity,
                HighestModSeq = modSeq,
                LastUid = last,
                Messages = messages,
                Contents = Convert.ToHexStringLower(contents.GetCurrentHash()),
                Flags = Convert.ToHexStringLower(flags.GetCurrentHash()),
            };
    }

    /// <summary>
    /// Returns flags by name: user flags are bits, and slots of one store may number them differently. Internal flags (archived, expired) are specific to each
    /// slot and do not count.
    /// </summary>
    private static IEnumerable<string> Flags(string system, string user, string[] names)
    {
        const string systemKey = "> SYSTEMFLAGS:", userKey = "> USERFLAGS:";
        var (from, bits) = (system.IndexOf(systemKey, StringComparison.Ordinal), user.IndexOf(userKey, StringComparison.Ordinal));
        if (from < 0 || bits < 0)
        {
            throw Unexpected(system);
        }

        var found = system[(from + systemKey.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        var words = user[(bits + userKey.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var word = 0; word < words.Length; word++)
        {
            // The highest 32 flags come first.
            var set = uint.Parse(words[^(word + 1)], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            for (var bit = 0; bit < 32; bit++)
            {
                if ((set & (1u << bit)) != 0)
                {
                    var index = (word * 32) + bit;
                    found.Add(index < names.Length ? names[index] : $"#{index}");
                }
            }
        }

        return found.Order(StringComparer.Ordinal);
    }

    private static void Add(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));

    private static long Number(string said, string key) =>
        long.TryParse(Word(said, key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Unexpected(said);

    private static string Word(string said, string key)
    {
        var start = said.IndexOf(key, StringComparison.Ordinal);
        if (start < 0)
        {
            throw Unexpected(said);
        }

        start += key.Length;
        var end = said.IndexOf(' ', start);
        return end < 0 ? said[start..] : said[start..end];
    }

    private static InvalidDataException Unexpected(string said) => new($"what mbexamine says cannot be read: \"{Provision.Core.Printable.Of(said)}\"");

    /// <summary>Returns the next line that is neither blank nor a message header; null at the end.</summary>
    private string? ReadLine()
    {
        while (true)
        {
            line.Clear();
            int read;
            while ((read = input.ReadByte()) is not (-1 or '\n'))
            {
                line.Add((byte)read);
                if (read == '}' && HeaderLength() is { } length)
                {
                    Skip(length);
                    line.Clear();
                }
            }

            if (line.Count > 0)
            {
                return Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line));
            }

            if (read == -1)
            {
                return null;
            }
        }
    }

    /// <summary>Returns the length that a line like <c> Subjct>{6}</c> announces, once it is read up to the brace; null for any other line.</summary>
    private long? HeaderLength()
    {
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line);
        var open = span.IndexOf(">{"u8);
        return open > 1 && span[0] == ' ' && span[1..open].IndexOfAnyExceptInRange((byte)'A', (byte)'z') < 0
            && long.TryParse(span[(open + 2)..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
    }

    private void Skip(long length)
    {
        for (; length > 0; length--)
        {
            if (input.ReadByte() < 0)
            {
                throw Unexpected("a header that ends too early");
            }
        }

        if (input.ReadByte() is not '\n')
        {
            throw Unexpected("a header that is longer than it says");
        }
    }
}
