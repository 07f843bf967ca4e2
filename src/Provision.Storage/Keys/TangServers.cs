using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Provision.Inventory;

namespace Provision.Storage.Keys;

/// <summary>A server that returns its part of a key to machines on its network.</summary>
/// <param name="Url">Where it answers.</param>
/// <param name="Thumbprint">Thumbprint of its signing key, so that no other server can pose as it.</param>
public sealed record TangServer(string Url, string Thumbprint);

/// <summary>The Tang servers of a host and how many of them must answer; from the setting <c>storage</c>.</summary>
/// <param name="Servers">The servers.</param>
/// <param name="Threshold">How many parts of the key open a volume (Shamir's scheme).</param>
public sealed record TangServers(IReadOnlyList<TangServer> Servers, int Threshold)
{
    /// <summary>Reads <c>storage: { tang: [{ url, thumbprint }], threshold: N }</c> from a host's settings.</summary>
    public static TangServers Of(YamlMapping settings, DiagnosticBag problems)
    {
        var storage = settings.Entry("storage")?.Value as YamlMapping;
        var servers = new List<TangServer>();
        foreach (var item in (storage?.Entry("tang")?.Value as YamlSequence)?.Items ?? [])
        {
            var url = Text(item, "url");
            var thumbprint = Text(item, "thumbprint");
            if (url is null || thumbprint is null || !Uri.TryCreate(url, UriKind.Absolute, out _))
            {
                problems.Error(item.Location, "a Tang server needs a url and the thumbprint of its signing key", "tang-show-keys on the server prints it");
                continue;
            }

            servers.Add(new TangServer(url, thumbprint));
        }

        var threshold = int.TryParse((storage?.Entry("threshold")?.Value as YamlScalar)?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : 1;
        if (servers.Count > 0 && (threshold < 1 || threshold > servers.Count))
        {
            problems.Error(storage!.Entry("threshold")?.Value.Location ?? storage.Location, $"{threshold} of {servers.Count} Tang servers can never answer");
        }

        return new TangServers(servers, threshold);

        static string? Text(YamlNode node, string key) => ((node as YamlMapping)?.Entry(key)?.Value as YamlScalar)?.Text;
    }

    /// <summary>True if the loss of one server leaves the volumes able to open: at least two, one more than must answer (docs/design.md, rule 10).</summary>
    public bool AreEnough => Servers.Count >= 2 && Threshold < Servers.Count;

    /// <summary>The configuration of clevis' <c>sss</c> pin.</summary>
    public string ClevisConfig
    {
        get
        {
            var bytes = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                json.WriteNumber("t", Threshold);
                json.WriteStartObject("pins");
                json.WriteStartArray("tang");
                foreach (var server in Servers)
                {
                    json.WriteStartObject();
                    json.WriteString("url", server.Url);
                    json.WriteString("thp", server.Thumbprint);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
            }

            return Encoding.UTF8.GetString(bytes.WrittenSpan);
        }
    }

    /// <summary>Seals a key to the servers, for what clevis itself does not know (ZFS).</summary>
    public string Seal(ICommandRunner commands, RecoveryKey key) =>
        commands.Run(Command.Of("clevis", "encrypt", "sss", ClevisConfig).WithInput(key.Bytes).WithTimeout(TimeSpan.FromMinutes(1))).OrThrow().Text.Trim();

    /// <summary>Gets a sealed key back from the servers.</summary>
    /// <exception cref="StorageException">Not enough of them answered.</exception>
    public static RecoveryKey Unseal(ICommandRunner commands, string jwe)
    {
        var result = commands.Run(Command.Of("clevis", "decrypt").WithInput(Encoding.ASCII.GetBytes(jwe)).WithTimeout(TimeSpan.FromMinutes(1)));
        return result.Succeeded ? RecoveryKey.Of(result.Output.Span)
            : throw new StorageException(
            $"the Tang servers did not give the key: "
            + $"{(result.Error.Trim() is { Length: > 0 } error ? error.Split('\n')[^1] : $"clevis ended with {result.ExitCode}")}");
    }
}
