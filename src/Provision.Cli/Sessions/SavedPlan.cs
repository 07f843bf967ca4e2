using System.Text.Json;
using Provision.Cli.Printing;
using Provision.Configuration.Plans;

namespace Provision.Cli.Sessions;

/// <summary>A plan that <c>provision diff --save</c> wrote and somebody reviewed: what it shows is what an install of it does.</summary>
internal sealed class SavedPlan
{
    /// <summary>The parts that a reviewer reads. What checkers printed and what is owed may differ from run to run.</summary>
    private static readonly string[] Reviewed = ["host", "commit", "dirty", "masters_serial", "plan_hash", "files", "packages", "units"];

    private readonly string path;
    private readonly JsonElement plan;

    private SavedPlan(string path, JsonElement plan, string hash) => (this.path, this.plan, Hash) = (path, plan, hash);

    /// <summary>The hash of the plan.</summary>
    public string Hash { get; }

    /// <summary>Reads a saved plan.</summary>
    /// <exception cref="UserErrorException">The file is not a saved plan, is not whole, or is of another host or commit.</exception>
    public static SavedPlan Read(string path, string host, Revision revision)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException($"there is no plan {path}: \"provision diff --save {path}\" writes one");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var whole = document.RootElement.Clone();
            var (of, commit, hash) = (Text("host"), Text("commit"), Text("plan_hash"));
            var missing = Reviewed.FirstOrDefault(name => !whole.TryGetProperty(name, out _));
            return of != host ? throw new UserErrorException($"{path} is a plan of {of}, not of {host}")
                : commit != revision.Id
                    ? throw new UserErrorException($"{path} is a plan of commit {commit}, and the repository is at {revision.Id}: save a new one")
                : missing is not null ? throw new InvalidDataException($"{missing} is missing")
                : hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower) ? new SavedPlan(path, whole, hash)
                : throw new InvalidDataException("its hash is damaged");

            string Text(string name) => whole.ValueKind == JsonValueKind.Object && whole.TryGetProperty(name, out var value) ? value.GetString() ?? ""
                : throw new InvalidDataException($"{name} is missing");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IOException or UnauthorizedAccessException
            or InvalidDataException)
        {
            var why = e is JsonException json ? $"not JSON at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}" : e.Message;
            throw new UserErrorException($"{path} is not a plan that \"provision diff --save\" wrote: {why}");
        }
    }

    /// <summary>Returns why a plan with the same hash is not the one in the file; null if it is.</summary>
    public string? WhyNot(ChangePlan current, Redaction redaction)
    {
        using var document = JsonDocument.Parse(PlanJson.Of(current, redaction));
        var changed = Reviewed.FirstOrDefault(name => !JsonElement.DeepEquals(plan.GetProperty(name), document.RootElement.GetProperty(name)));
        return changed is null ? null : $"{path} was edited: \"{changed}\" is not what the plan of its hash does; save a new one";
    }
}
