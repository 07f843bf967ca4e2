using System.Text.RegularExpressions;

namespace Provision.Core.Tests;

/// <summary>
/// The projects that know no mail contain no word of it: what a mail host is stands in roles, templates, chassis data and Provision.Cyrus (docs/design.md).
/// </summary>
public partial class NoMailTests
{
    public static TheoryData<string> Projects() => [.. (string[])["Core", "Inventory", "Configuration", "Storage", "Boot", "Fleet"]];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_source_file_has_a_word_of_mail(string project)
    {
        var folder = TestRepository.PathOf($"src/Provision.{project}");
        var sources = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(sources);
        Assert.Equal([], sources.SelectMany(path => File.ReadLines(path)
            .Select((line, index) => (Line: line, Number: index + 1))
            .Where(line => MailWord().IsMatch(line.Line))
            .Select(line => $"{Path.GetRelativePath(folder, path)}:{line.Number}: {line.Line.Trim()}")));
    }

    [Theory]
    [InlineData("cyrus@x.service")]
    [InlineData("imap33")]
    [InlineData("an LMTP socket")]
    [InlineData("user's mailbox")]
    [InlineData("archived mail")]
    public void A_word_of_mail_is_seen(string line) => Assert.Matches(MailWord(), line);

    [GeneratedRegex(@"cyrus|imap|lmtp|mailbox|\bmails?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MailWord();
}
