using System.Text.Json.Nodes;

namespace Provision.Lab;

/// <summary>QEMU's control connection (QMP).</summary>
public sealed class QemuMonitor : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly LineSocket socket;
    private readonly List<JsonNode> events = [];

    internal QemuMonitor(string path) => socket = new LineSocket(path);

    /// <summary>Executes a command and returns what it returns.</summary>
    /// <exception cref="InvalidOperationException">QEMU refused it.</exception>
    public JsonNode? Execute(string command, JsonObject? arguments = null)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null)
        {
            request["arguments"] = arguments;
        }

        socket.WriteLine(request.ToJsonString());
        while (true)
        {
            var answer = Read();
            if (answer["error"] is { } error)
            {
                throw new InvalidOperationException($"{command}: {error["desc"]}");
            }

            if (answer.AsObject().ContainsKey("return"))
            {
                return answer["return"];
            }

            events.Add(answer);
        }
    }

    /// <summary>Waits until QEMU has told of an event; of one about a device, where one is named.</summary>
    public void WaitFor(string name, string? device = null, TimeSpan? limit = null)
    {
        while (!events.Exists(Matches))
        {
            events.Add(Read(limit));
        }

        events.RemoveAll(Matches);

        bool Matches(JsonNode node) => node["event"]?.GetValue<string>() == name && (device is null || node["data"]?["device"]?.GetValue<string>() == device);
    }

    /// <summary>Plugs a disk in, where the place can do that: SCSI, NVMe and USB.</summary>
    public void Add(QemuDisk disk)
    {
        Execute("blockdev-add", QemuArguments.Image(disk));
        Execute("device_add", QemuArguments.Disk(disk));
    }

    /// <summary>Pulls a disk out, and waits until the machine has let it go. A kernel that is busy may miss the button of a PCIe slot: it is pressed
    /// again then.</summary>
    public void Remove(DiskPlace place)
    {
        for (var presses = 1; !IsGone(presses); presses++)
        {
            Assert.True(presses < 12, $"{place.Id} was not let go though its button was pressed {presses} times");
        }

        Execute("blockdev-del", new() { ["node-name"] = QemuArguments.ImageName(place) });

        bool IsGone(int presses)
        {
            try
            {
                Execute("device_del", new() { ["id"] = place.Id });
            }
            catch (InvalidOperationException) when (presses > 1)
            {
                // It is on its way out by now.
            }

            try
            {
                WaitFor("DEVICE_DELETED", place.Id, TimeSpan.FromSeconds(20));
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    /// <summary>Why the machine stands still, where it was started with <c>-no-reboot -no-shutdown</c> and restarted or switched itself off.</summary>
    /// <returns><c>guest-reset</c>, <c>guest-shutdown</c>, <c>guest-panic</c>; null while it runs.</returns>
    public string? Stopped()
    {
        try
        {
            while (!events.Exists(IsStop))
            {
                events.Add(Read(TimeSpan.FromMilliseconds(50)));
            }
        }
        catch (TimeoutException)
        {
            return null;
        }

        var reason = events.Find(IsStop)!["data"]!["reason"]!.GetValue<string>();
        events.Clear();
        return reason;

        static bool IsStop(JsonNode node) => node["event"]?.GetValue<string>() == "SHUTDOWN";
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>Reads QEMU's greeting, after which it takes commands.</summary>
    internal void Open()
    {
        Read();
        Execute("qmp_capabilities");
    }

    private JsonNode Read(TimeSpan? limit = null) => JsonNode.Parse(socket.ReadLine(limit ?? Limit))!;
}
