using System.Text.Json;
using System.Text.Json.Serialization;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>An install that is rolled back unless it is confirmed in time: everything that the rollback needs, on disk before the first file is
/// swapped.</summary>
public sealed record PendingConfirmation
{
    /// <summary>Path of the record.</summary>
    public const string Path = StateStore.Folder + "/unconfirmed.json";

    /// <summary>The generation that waits.</summary>
    [JsonIgnore]
    public int Generation => Journal.Generation.Number;

    /// <summary>What the install changes.</summary>
    public required Journal Journal { get; init; }

    /// <summary>The host record before it.</summary>
    public required HostState Before { get; init; }

    /// <summary>The actions on units: those planned until the install has finished, those carried out afterwards.</summary>
    public required IReadOnlyList<UnitEffect> Actions { get; init; }

    /// <summary>Units that a restart also starts.</summary>
    public required IReadOnlyList<string> MustRun { get; init; }

    /// <summary>Whether unit files are among the changed files.</summary>
    public required bool ReloadUnitFiles { get; init; }

    /// <summary>Time for the confirmation, in seconds from the end of the install, and again from a boot.</summary>
    public required int Seconds { get; init; }

    /// <summary>Whether the install has finished. One that was cut off is never confirmed.</summary>
    public bool Finished { get; init; }

    /// <summary>Reads the record; null if no install waits.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public static PendingConfirmation? Read(IMachineFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            return files.Read(Path) is { } file ? JsonSerializer.Deserialize(file.Content, PendingJson.Default.PendingConfirmation) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{Path} is damaged: {e.Message}", e);
        }
    }

    internal void Write(IMachineFiles files) =>
        AtomicFile.Write(files, Path, JsonSerializer.SerializeToUtf8Bytes(this, PendingJson.Default.PendingConfirmation), FileModes.Private);
}

/// <summary>JSON serialization of the record, without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = false, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PendingConfirmation))]
internal sealed partial class PendingJson : JsonSerializerContext;
