using System.Buffers;
using System.Text.Json;

namespace Provision.Inventory;

/// <summary>The master of each store at one moment: state that can change at any minute, and is therefore not in the inventory.</summary>
public sealed class Masters
{
    private readonly Dictionary<string, string> slots = new(StringComparer.Ordinal);

    /// <summary>Creates a snapshot.</summary>
    /// <param name="serial">Increases with every change.</param>
    /// <param name="slots">The master slot's name by store; stores that are missing have their first slot as master.</param>
    public Masters(long serial, IEnumerable<KeyValuePair<string, string>> slots)
    {
        Serial = serial;
        foreach (var (store, slot) in slots)
        {
            this.slots[store] = slot;
        }
    }

    /// <summary>The snapshot in which every store's first slot is its master; serial 0.</summary>
    public static Masters Default { get; } = new(0, []);

    /// <summary>Increases with every change of any store's master.</summary>
    public long Serial { get; }

    /// <summary>The stores in the snapshot, with their master slots.</summary>
    public IReadOnlyDictionary<string, string> Slots => slots;

    /// <summary>Returns the name of the store's master slot: its first slot if the snapshot names none of its slots.</summary>
    public string MasterOf(Store store)
    {
        if (slots.TryGetValue(store.Name, out var named))
        {
            foreach (var slot in store.Slots)
            {
                if (slot == named)
                {
                    return named;
                }
            }
        }

        return store.Slots[0];
    }

    /// <summary>Returns the snapshot with one store's master changed and the serial increased by one.</summary>
    public Masters With(string store, string slot)
    {
        var changed = new Dictionary<string, string>(slots, StringComparer.Ordinal) { [store] = slot };
        return new Masters(Serial + 1, changed);
    }

    /// <summary>
    /// Parses the output of <see cref="ToJson"/>: <c>{"serial": 7, "masters": {"store1": "sloti33d1t01"}}</c>. Returns null with an error if it is malformed;
    /// whether the named stores and slots exist is not checked.
    /// </summary>
    /// <param name="json">The text.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="found">Receives the error.</param>
    public static Masters? FromJson(ReadOnlyMemory<byte> json, string path, DiagnosticBag found)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("serial", out var serial) && serial.TryGetInt64(out var number) && number >= 0
                && root.TryGetProperty("masters", out var masters) && masters.ValueKind == JsonValueKind.Object)
            {
                var named = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var store in masters.EnumerateObject())
                {
                    named[store.Name] = store.Value.GetString() ?? "";
                }

                return new Masters(number, named);
            }

            found.Error(Location.OfFile(path), "not a snapshot of masters: expected {\"serial\": N, \"masters\": {STORE: SLOT}}");
        }
        catch (JsonException error)
        {
            found.Error(
                new Location(path, (int)(error.LineNumber ?? 0) + 1, (int)(error.BytePositionInLine ?? 0) + 1),
                "not JSON: a snapshot of masters was expected");
        }
        catch (InvalidOperationException)
        {
            found.Error(Location.OfFile(path), "not a snapshot of masters: the serial is a number, every master the name of a slot");
        }

        return null;
    }

    /// <summary>Returns the snapshot as JSON, stores in ordinal order; equal snapshots produce equal bytes.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("serial", Serial);
            writer.WriteStartObject("masters");
            var stores = new List<string>(slots.Keys);
            stores.Sort(StringComparer.Ordinal);
            foreach (var store in stores)
            {
                writer.WriteString(store, slots[store]);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
