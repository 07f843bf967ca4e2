using System.Globalization;
using System.Text;

namespace Provision.Storage.Observe;

/// <summary>Mounts of block devices, ZFS and memory, from <c>/proc/self/mountinfo</c>.</summary>
internal static class Mounts
{
    internal const string Path = "/proc/self/mountinfo";

    public static IReadOnlyList<ObservedMount> Find(Questions questions)
    {
        if (questions.Reader.Read(Path) is not { } text)
        {
            questions.Unanswered(Path, "cannot be read", "what is mounted");
            questions.Miss(StoragePart.Mounts);
            return [];
        }

        return [.. text.Split('\n').Select(Parse).OfType<ObservedMount>()];
    }

    /// <summary>The lines that are evaluated. The others are not recorded: the options of a network filesystem may hold a password.</summary>
    internal static string OfStorage(string text) => string.Concat(text.Split('\n').Where(line => Parse(line) is not null).Select(line => line + "\n"));

    /// <summary>
    /// A line of proc_pid_mountinfo(5): <c>36 35 98:0 /root /mnt rw,noatime shared:1 - ext4 /dev/sda1 rw</c>; null for mounts of other kinds.
    /// </summary>
    internal static ObservedMount? Parse(string line)
    {
        var words = line.Split(' ');
        var dash = Array.IndexOf(words, "-");
        if (dash < 6 || words.Length < dash + 4)
        {
            return null;
        }

        var (filesystem, source) = (words[dash + 1], Unescape(words[dash + 2]));
        if (!source.StartsWith("/dev/", StringComparison.Ordinal) && filesystem is not ("zfs" or "tmpfs" or "ramfs"))
        {
            return null;
        }

        var options = words[5].Split(',').Concat(words[dash + 3].Split(',').Where(option => option != "rw")).Distinct();
        return new ObservedMount(Unescape(words[4]), source, filesystem, string.Join(',', options), words[2]);
    }

    /// <summary>The kernel writes blanks and backslashes in names as three octal digits.</summary>
    private static string Unescape(string word)
    {
        if (!word.Contains('\\', StringComparison.Ordinal))
        {
            return word;
        }

        var text = new StringBuilder();
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] == '\\' && i + 3 < word.Length && word.AsSpan(i + 1, 3) is var octal && octal.IndexOfAnyExceptInRange('0', '7') < 0)
            {
                text.Append((char)(((octal[0] - '0') * 64) + ((octal[1] - '0') * 8) + octal[2] - '0'));
                i += 3;
            }
            else
            {
                text.Append(word[i]);
            }
        }

        return text.ToString();
    }
}
