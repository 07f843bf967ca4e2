namespace Provision.FleetRuns.Answers;

/// <summary>How one file of a host differs, as the host reported it: without secrets.</summary>
/// <param name="Path">The file.</param>
/// <param name="Verdict">The verdict's word, as <c>provision diff</c> prints it.</param>
/// <param name="Reasons">Differences besides the text.</param>
/// <param name="Lines">The unified diff, with the heads of its hunks.</param>
public sealed record FileAnswer(string Path, string Verdict, IReadOnlyList<string> Reasons, IReadOnlyList<string> Lines);

/// <summary>What a host answers to <c>provision diff -o json</c>.</summary>
/// <param name="Host">The host that the machine found itself to be.</param>
/// <param name="Commit">The commit it compared with.</param>
/// <param name="Hash">The plan's hash.</param>
/// <param name="Exit">0 same, 1 differs, 2 error.</param>
/// <param name="Files">The files that differ.</param>
/// <param name="Actions">What an install would do to units, as <c>restart x.service</c>.</param>
/// <param name="Packages">Packages to install, as <c>name version</c>.</param>
/// <param name="Problems">Errors and warnings.</param>
public sealed record PlanAnswer(
    string Host, string Commit, string Hash, int Exit, IReadOnlyList<FileAnswer> Files, IReadOnlyList<string> Actions, IReadOnlyList<string> Packages,
    IReadOnlyList<string> Problems)
{
    /// <summary>Files that were changed on the host: an install overwrites them.</summary>
    public IEnumerable<FileAnswer> ChangedThere => Files.Where(file => file.Verdict is "drift" or "conflict");

    /// <summary>Reads an answer; null if it is not a plan.</summary>
    public static PlanAnswer? Read(ReadOnlyMemory<byte> json) => HostJson.Read(json, root => new PlanAnswer(
        HostJson.Text(root, "host"), HostJson.Text(root, "commit"), HostJson.Text(root, "plan_hash"), root.GetProperty("exit").GetInt32(),
        [.. root.GetProperty("files").EnumerateArray().Select(file => new FileAnswer(
            HostJson.Text(file, "path"), HostJson.Text(file, "verdict"), HostJson.Texts(file, "reasons"), HostJson.Texts(file, "diff")))],
        [.. root.GetProperty("actions").EnumerateArray().Select(action => $"{HostJson.Text(action, "action")} {HostJson.Text(action, "unit")}")],
        [.. root.GetProperty("packages").EnumerateArray().Select(package => $"{HostJson.Text(package, "name")} {HostJson.Text(package, "wanted")}".TrimEnd())],
        HostJson.Texts(root, "problems")));
}
