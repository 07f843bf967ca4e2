namespace Provision.Storage.Observe;

/// <summary>
/// The programs that may be run to look at a machine, with the arguments under which they only read. Whatever is not in this
/// table is not run.
/// </summary>
internal static class ReadingPrograms
{
    /// <summary>Columns of lsblk that are asked for; all of them are in the util-linux of Debian 11 and later.</summary>
    internal const string LsblkColumns = "NAME,KNAME,TYPE,TRAN,VENDOR,MODEL,SERIAL,WWN,FSTYPE,UUID,LABEL";

    internal const string PoolColumns = "name,guid,health";

    internal const string DatasetColumns = "name,guid,mountpoint,mounted,encryption,keystatus,quota";

    /// <summary>The program whose success is the answer: that a device can be read.</summary>
    internal const string ReadProof = "dd";

    // {device} is one path below /dev, {devices} one or more, {number} decimal digits, {name} a pool, dataset or property. The Areca tool keeps in
    // mind which controller
    // it talks to: "curctrl=N" in front of a command stands for the command that changes its mind.
    private static readonly Row[] Table =
    [
        new("lsblk -J -b -o " + LsblkColumns, "util-linux", 30),
        new("wipefs -J -n {devices}", "util-linux", 30),
        new("sfdisk -J {device}", "fdisk", 30),
        new("mdadm --examine {devices}", "mdadm", 30),
        new("cryptsetup luksDump --dump-json-metadata {device}", "cryptsetup-bin", 30),
        new("cryptsetup luksDump {device}", "cryptsetup-bin", 30),
        new("cryptsetup status {name}", "cryptsetup-bin", 30),
        new("zdb -l {device}", "zfsutils-linux", 30),
        new("zpool list -Hp -o " + PoolColumns, "zfsutils-linux", 30),
        new("zpool status", "zfsutils-linux", 30),
        new("zpool status -j", "zfsutils-linux", 30), // since OpenZFS 2.3
        new("zpool status -g", "zfsutils-linux", 30),
        new("zpool status -g {name}", "zfsutils-linux", 30),
        new("zfs list -Hp -o " + DatasetColumns, "zfsutils-linux", 30),
        new("zfs get -H -o value {name} {name}", "zfsutils-linux", 30),
        new("blkid -p -o export {device}", "util-linux", 30),
        new("smartctl -j -a -n standby {device}", "smartmontools", 20),
        new("cli64 vsf info", null, 30),
        new("cli64 disk info", null, 30),
        new("cli64 disk info drv={number}", null, 30),
        new("cli64 curctrl={number} vsf info", null, 30),
        new("cli64 curctrl={number} disk info", null, 30),
        new("cli64 curctrl={number} disk info drv={number}", null, 30),
        // Proof that a device that looks blank can be read at all: libblkid says nothing about read errors.
        new(ReadProof + " if={device} of=/dev/null bs=4096 count={number} skip={number} iflag=direct status=none", "coreutils", 20),
    ];

    /// <summary>The Debian package that has a program, or null if there is none.</summary>
    internal static string? PackageOf(string program) => Array.Find(Table, row => row.Words[0] == program)?.Package;

    /// <summary>The commands to run for a question, the last one's answer being the answer.</summary>
    /// <exception cref="InvalidOperationException">It is not in the table: it may write.</exception>
    public static IReadOnlyList<Command> CommandsFor(string program, IReadOnlyList<string> arguments)
    {
        string[] words = [program, .. arguments];
        var row = Array.Find(Table, row => row.Covers(words))
            ?? throw new InvalidOperationException($"\"{string.Join(' ', words)}\" is not in the table of commands that only read");
        var limit = TimeSpan.FromSeconds(row.Seconds);
        if (program == "cli64" && arguments[0].StartsWith("curctrl=", StringComparison.Ordinal))
        {
            return [Command.Of(program, "set", arguments[0]).WithTimeout(limit), Command.Of(program, [.. arguments.Skip(1)]).WithTimeout(limit)];
        }

        return [Command.Of(program, arguments).WithTimeout(limit)];
    }

    private sealed record Row(string Pattern, string? Package, int Seconds)
    {
        public string[] Words { get; } = Pattern.Split(' ');

        public bool Covers(string[] words)
        {
            var several = Words[^1] == "{devices}";
            if (several ? words.Length < Words.Length : words.Length != Words.Length)
            {
                return false;
            }

            for (var i = 0; i < words.Length; i++)
            {
                if (!Fits(words[i], Words[Math.Min(i, Words.Length - 1)]))
                {
                    return false;
                }
            }

            return true;
        }

        private static bool Fits(string word, string pattern)
        {
            var hole = pattern.IndexOf('{', StringComparison.Ordinal);
            if (hole < 0)
            {
                return word == pattern;
            }

            return word.StartsWith(pattern[..hole], StringComparison.Ordinal)
                && pattern[hole..] switch { "{number}" => IsNumber(word[hole..]), "{name}" => IsName(word), _ => IsDevice(word[hole..]) };
        }

        private static bool IsNumber(string word) => word.Length is > 0 and <= 18 && word.All(char.IsAsciiDigit);

        private static bool IsName(string word) =>
            word.Length > 0 && char.IsAsciiLetter(word[0]) && word.All(c => char.IsAsciiLetterOrDigit(c) || "/-_.:".Contains(c));

        private static bool IsDevice(string word) =>
            word.StartsWith("/dev/", StringComparison.Ordinal) && word.Length > 5 && !word.Contains("..", StringComparison.Ordinal)
            && word.All(c => char.IsAsciiLetterOrDigit(c) || "/-_.:".Contains(c));
    }
}
