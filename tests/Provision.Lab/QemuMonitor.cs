using System.Text.Json.Nodes;

namespace Provision.Lab;

/// <summary>QEMU's control connection (QMP).</summary>
public sealed class QemuMonitor : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
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

    /// <summary>Waits until QEMU has told of an event about a device.</summary>
    public void WaitFor(string name, string device)
    {
        while (!events.Exists(Matches))
        {
            events.Add(Read());
        }

        events.RemoveAll(Matches);

        bool Matches(JsonNode node) => node["event"]?.GetValue<string>() == name && node["data"]?["device"]?.GetValue<string>() == device;
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    /// <summary>Reads QEMU's greeting, after which it takes commands.</summary>
    internal void Open()
    {
        Read();
        Execute("qmp_capabilities");
    }

    private JsonNode Read() => JsonNode.Parse(socket.ReadLine(Limit))!;
}
