using System.Security.Cryptography;
using System.Text.Json;
using Provision.Configuration.Apply;

namespace Provision.Configuration.State;

/// <summary>Reads and writes provision's records on a host: <c>state.json</c>, <c>journal.json</c>, <c>generations/</c> and the contents in <c>packs/</c>, all
/// below <c>/var/lib/provision</c>, which only root may enter (0700).</summary>
public sealed class StateStore(IMachineFiles files)
{
    /// <summary>The directory of all records.</summary>
    public const string Folder = StateFolder.Path;

    private const string StatePath = Folder + "/state.json";
    private const string JournalPath = Folder + "/journal.json";
    private const string GenerationsFolder = Folder + "/generations";
    private const string PacksFolder = Folder + "/packs";

    /// <summary>Number of generations kept for rollback and history.</summary>
    public const int KeptGenerations = 20;

    /// <summary>Returns the host record, an empty one before the first install.</summary>
    /// <exception cref="InvalidDataException">The record is damaged, or of a newer format.</exception>
    public HostState ReadState()
    {
        var state = Read(StatePath, StateJson.Default.HostState) ?? new HostState();
        return state.Format <= HostState.CurrentFormat
            ? state
            : throw new InvalidDataException($"{StatePath} has format {state.Format}; this program knows {HostState.CurrentFormat}: use a newer provision");
    }

    /// <summary>Returns the interrupted transaction, or null.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public Journal? ReadJournal() => Read(JournalPath, StateJson.Default.Journal);

    /// <summary>True if a transaction has begun to swap files and has not ended.</summary>
    public bool HasJournal => files.Stat(JournalPath) is not null;

    /// <summary>Returns a generation, or null if it is no longer kept.</summary>
    public Generation? ReadGeneration(int number) => Read(GenerationPath(number), StateJson.Default.Generation);

    /// <summary>Returns the numbers of the kept generations, oldest first.</summary>
    public IReadOnlyList<int> Generations() =>
    [
        .. files.List(GenerationsFolder)
            .Where(name => name.EndsWith(".json", StringComparison.Ordinal) && int.TryParse(name[..^5], out _))
            .Select(name => int.Parse(name[..^5])).Order(),
    ];

    /// <summary>Creates the directories.</summary>
    public void MakeFolders()
    {
        files.MakeFolder(Folder, FileModes.PrivateDirectory);
        files.MakeFolder(GenerationsFolder, FileModes.PrivateDirectory);
        files.MakeFolder(PacksFolder, FileModes.PrivateDirectory);
    }

    /// <summary>Writes the host record durably.</summary>
    public void WriteState(HostState state) =>
        Write(StatePath, JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.HostState));

    /// <summary>Writes the journal durably: from here on the transaction will be completed.</summary>
    public void WriteJournal(Journal journal) =>
        Write(JournalPath, JsonSerializer.SerializeToUtf8Bytes(journal, StateJson.Default.Journal));

    /// <summary>Writes a generation durably.</summary>
    public void WriteGeneration(Generation generation) =>
        Write(GenerationPath(generation.Number), JsonSerializer.SerializeToUtf8Bytes(generation, StateJson.Default.Generation));

    /// <summary>Removes the journal of a completed transaction.</summary>
    public void RemoveJournal()
    {
        files.Remove(JournalPath);
        files.SyncFolder(Folder);
    }

    /// <summary>Writes the contents of a transaction durably to its pack, and returns the reference of each.</summary>
    public IReadOnlyDictionary<string, ContentRef> WritePack(int number, IReadOnlyDictionary<string, byte[]> contents)
    {
        var places = new Dictionary<string, ContentRef>(StringComparer.Ordinal);
        using var pack = new MemoryStream();
        foreach (var (hash, content) in contents.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            places[hash] = new ContentRef(hash, number, pack.Length, content.Length);
            pack.Write(content);
        }

        lastPack = default;

        AtomicFile.Write(files, PackPath(number), pack.GetBuffer().AsSpan(0, (int)pack.Length), FileModes.Private);
        return places;
    }

    /// <summary>Reads a content, verified against its hash.</summary>
    /// <exception cref="InvalidDataException">The pack is missing or damaged.</exception>
    public byte[] ReadContent(ContentRef content)
    {
        var pack = Pack(content.Pack);
        if (pack is not null && content.Offset + content.Length <= pack.Length)
        {
            var bytes = pack.AsSpan((int)content.Offset, content.Length).ToArray();
            if (string.Equals(Convert.ToHexStringLower(SHA256.HashData(bytes)), content.Sha256, StringComparison.Ordinal))
            {
                return bytes;
            }
        }

        throw new InvalidDataException($"{PackPath(content.Pack)} does not hold the content {content.Sha256[..12]}...: it is missing or damaged");
    }

    /// <summary>Removes generations beyond <see cref="KeptGenerations"/> and the contents that are no longer referenced.</summary>
    public void Prune(HostState state)
    {
        var numbers = Generations();
        if (numbers.Count <= KeptGenerations)
        {
            return;
        }

        var kept = numbers.Skip(numbers.Count - KeptGenerations).ToList();
        var needed = state.Files.Values.Select(file => file.Image.Content).Concat(kept.Select(ReadGeneration).OfType<Generation>().SelectMany(Contents))
            .ToLookup(content => content.Pack);
        var dropped = numbers.Except(kept).ToList();
        var touched = dropped.Select(ReadGeneration).OfType<Generation>().SelectMany(Contents).Select(content => content.Pack).ToHashSet();
        foreach (var name in files.List(PacksFolder))
        {
            if (!int.TryParse(name, out var number) || number > state.Generation)
            {
                continue;
            }

            if (!needed.Contains(number))
            {
                files.Remove(PackPath(number));
            }
            else if (touched.Contains(number))
            {
                Erase(number, needed[number]);
            }
        }

        // Last, so that a run that was cut off here does it again.
        foreach (var number in dropped)
        {
            files.Remove(GenerationPath(number));
        }
    }

    private static IEnumerable<ContentRef> Contents(Generation generation) =>
        generation.Files.Values.Select(file => file.Image.Content).Concat(generation.Before.Values.OfType<FileImage>().Select(image => image.Content));

    /// <summary>Overwrites with zeros what nothing refers to any more: a neighbour that has not changed would keep an old secret for ever.</summary>
    private void Erase(int number, IEnumerable<ContentRef> needed)
    {
        if (Pack(number) is not { } pack)
        {
            return;
        }

        var left = new byte[pack.Length];
        foreach (var content in needed.Where(content => content.Offset + content.Length <= pack.Length))
        {
            pack.AsSpan((int)content.Offset, content.Length).CopyTo(left.AsSpan((int)content.Offset));
        }

        if (!left.AsSpan().SequenceEqual(pack))
        {
            lastPack = default;
            AtomicFile.Write(files, PackPath(number), left, FileModes.Private);
        }
    }

    private byte[]? Pack(int number)
    {
        if (lastPack.Number != number || lastPack.Content is null)
        {
            lastPack = (number, files.Read(PackPath(number))?.Content);
        }

        return lastPack.Content;
    }

    private (int Number, byte[]? Content) lastPack;

    private static string GenerationPath(int number) => $"{GenerationsFolder}/{number:D6}.json";

    private static string PackPath(int number) => $"{PacksFolder}/{number:D6}";

    private T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        if (files.Read(path) is not { } file)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(file.Content, type) ?? throw new InvalidDataException($"{path} is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path} below {files.Root} is damaged at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: restore it from a backup; " +
                "without it, what was installed here and what is owed to units is not known", e);
        }
    }

    private void Write(string path, byte[] content) => AtomicFile.Write(files, path, content, FileModes.Private);
}
