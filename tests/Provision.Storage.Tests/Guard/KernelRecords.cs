using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Guard;

/// <summary>A machine's /sys and /proc as a few entries, for the guard: what it reads at the moment of a write.</summary>
internal sealed class KernelRecords : IMachineReader
{
    public DateTimeOffset Taken => default;

    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Links { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>A disk with one partition NAME1.</summary>
    public KernelRecords Disk(string name, long sequence = 7, long bytes = 1_000_000_000)
    {
        Block(name, $"/sys/devices/{name}", bytes);
        Files[$"/sys/class/block/{name}/diskseq"] = sequence.ToString();
        Block(name + "1", $"/sys/devices/{name}/{name}1", bytes / 2);
        Files[$"/sys/class/block/{name}/{name}1/partition"] = "1";
        Files[$"/sys/class/block/{name}1/partition"] = "1";
        Files[$"/sys/class/block/{name}/{name}1/holders/.keep"] = "";
        return this;
    }

    /// <summary>A device on others: an array or a mapping.</summary>
    public KernelRecords On(string name, params string[] below)
    {
        Block(name, $"/sys/devices/virtual/{name}", 1_000_000);
        foreach (var lower in below)
        {
            Files[$"/sys/class/block/{name}/slaves/{lower}"] = "";
            Files[$"/sys/class/block/{lower}/holders/{name}"] = "";
        }

        return this;
    }

    public KernelRecords Mounted(string name, string folder)
    {
        Files["/proc/self/mountinfo"] = $"1 0 {Files[$"/sys/class/block/{name}/dev"]} / {folder} rw - ext4 /dev/{name} rw\n";
        return this;
    }

    public KernelRecords Signature(string node, string type, string? uuid)
    {
        Answers[$"wipefs -J -n {node}"] = $$"""{"signatures": [{"device":"x", "offset":"0x0", "type":"{{type}}", "uuid":{{(uuid is null ? "null" : $"\"{uuid}\"")}}, "label":null}]}""";
        return this;
    }

    public Answer Run(string program, params IReadOnlyList<string> arguments) =>
        new(0, Answers.GetValueOrDefault(string.Join(' ', arguments.Prepend(program)), ""), "");

    public string? Read(string path) => Files.GetValueOrDefault(path);

    public IReadOnlyList<string> List(string folder) =>
    [
        .. Files.Keys.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal)).Select(path => path[(folder.Length + 1)..].Split('/')[0])
            .Where(name => name != ".keep").Distinct().Order(StringComparer.Ordinal),
    ];

    public string? Resolve(string path) => Links.GetValueOrDefault(path);

    private void Block(string name, string device, long bytes)
    {
        Files[$"/sys/class/block/{name}/dev"] = $"8:{Files.Count}";
        Files[$"/sys/class/block/{name}/size"] = (bytes / 512).ToString();
        Links["/dev/" + name] = "/dev/" + name;
        Links["/sys/class/block/" + name] = device;
    }
}
