using System.Text.RegularExpressions;

namespace Provision.Core.Tests;

/// <summary>A type as its source declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Project">Its project, such as <c>Provision.Core</c>.</param>
/// <param name="Folder">The first directory inside the project; empty for files beside the project file.</param>
/// <param name="IsPublic">Whether other projects may name it; false for extension methods, whose class is not named by those who use them.</param>
/// <param name="Shown">Identifiers in the headers of the type and of its public members.</param>
internal sealed record SourceType(string Name, string Project, string Folder, bool IsPublic, IReadOnlySet<string> Shown);

/// <summary>A file of code: its place, and the identifiers that may name types.</summary>
/// <param name="Project">Its project.</param>
/// <param name="Folder">The first directory inside the project.</param>
/// <param name="Words">Identifiers outside comments and texts, without members and declared properties.</param>
internal sealed record SourceFile(string Project, string Folder, IReadOnlySet<string> Words);

/// <summary>The types and files of <c>src/</c>, read from their text: enough to see who names whom.</summary>
internal static partial class SourceTypes
{
    public static IReadOnlyList<SourceFile> Files { get; } = [.. Paths().Select(path => new SourceFile(ProjectOf(path), FolderOf(path), Words(Code(path))))];

    public static IReadOnlyList<SourceType> Types { get; } = [.. Paths().SelectMany(Declared)];

    private static IEnumerable<string> Paths() => Directory.EnumerateFiles(ReferenceDirectionTests.Source(), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    private static string[] Parts(string path) => Path.GetRelativePath(ReferenceDirectionTests.Source(), path).Split('/');

    private static string ProjectOf(string path) => Parts(path)[0];

    private static string FolderOf(string path) => Parts(path) is [_, var folder, _, ..] ? folder : "";

    private static string Code(string path) => Qualifier().Replace(CommentOrText().Replace(File.ReadAllText(path), ""), "");

    private static HashSet<string> Words(string code) => [.. Word().Matches(Property().Replace(code, "{ get")).Select(match => match.Value)];

    private static IEnumerable<SourceType> Declared(string path)
    {
        var code = Code(path);
        var found = Declaration().Matches(code);
        for (var i = 0; i < found.Count; i++)
        {
            var body = code[found[i].Index..(i + 1 < found.Count ? found[i + 1].Index : code.Length)];
            var isOpen = found[i].Value.Contains("interface", StringComparison.Ordinal) || found[i].Value.Contains("delegate", StringComparison.Ordinal);
            var headers = isOpen ? body : string.Join('\n', Header().Matches(body).Select(match => match.Value));
            yield return new SourceType(
                found[i].Groups["name"].Value,
                ProjectOf(path),
                FolderOf(path),
                found[i].Value.StartsWith("public", StringComparison.Ordinal) && !body.Contains("(this ", StringComparison.Ordinal),
                Word().Matches(headers).Select(match => match.Value).ToHashSet(StringComparer.Ordinal));
        }
    }

    [GeneratedRegex("""^\s*//.*$|"(?:\\.|[^"\\\n])*"|\s//\s.*$""", RegexOptions.Multiline, 10_000)]
    private static partial Regex CommentOrText();

    [GeneratedRegex(@"\bProvision\.(?:[A-Z]\w*\.)+", RegexOptions.None, 10_000)]
    private static partial Regex Qualifier();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*", RegexOptions.None, 10_000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\b\w+\s*\{ get\b", RegexOptions.None, 10_000)]
    private static partial Regex Property();

    [GeneratedRegex("""
        ^(?:public|internal)\ (?:(?:static|sealed|abstract|partial|readonly|ref|unsafe)\ )*
        (?:record\ struct|record|class|enum|interface|struct|delegate\ [\w<>?\[\],\ ]+?)\ (?<name>\w+)
        """, RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace, 10_000)]
    private static partial Regex Declaration();

    // A member's header ends at its body, its value, or the end of the statement.
    [GeneratedRegex(@"^\s*(?:public|protected)\b(?:(?!=>|;|\{(?! get))[\s\S])*", RegexOptions.Multiline, 10_000)]
    private static partial Regex Header();
}
