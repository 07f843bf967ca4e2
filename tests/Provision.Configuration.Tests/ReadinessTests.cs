using Provision.Configuration.Health;
using Provision.Configuration.Plans;

namespace Provision.Configuration.Tests;

/// <summary>What <c>provision doctor</c> judges from its facts: each finding has the command that mends it, and what is unseen is never ready.</summary>
public class ReadinessTests
{
    private const string MakeKey = ": install -d -m 0700 /k && age-keygen -o /k/identity.age";
    private static readonly Revision Clean = new(new string('a', 40), Dirty: false, Pushed: true, "main");
    private static readonly KeyFacts GoodKey = new("/k/identity.age", 0b110_000_000, null, true, []);

    private static readonly Readiness Ready = new()
    {
        Needed = new([new("git", "git", "the repository"), new("age", "age", "secrets")], null),
        Has = _ => true,
        Key = new(GoodKey, null),
        Repository = new(new CloneFacts("/r", null, Clean, HasRemote: true), null),
        Signers = new(new SignerFacts("/s", Commits: true, null), null),
        Time = new("yes", null),
        Access = new(new AccessFacts(IsRoot: true, "web1", [("web2", null)]), null),
    };

    public static TheoryData<string, int, string> Cases() => new()
    {
        { "ready", 0, "OK: 6 checks" },
        { "program", 2, "CRITICAL programs: not installed: age (secrets): apt install age" },
        { "programs unseen", 3, "UNKNOWN programs: programs could not be observed: the inventory has errors" },
        { "no key", 2, "CRITICAL keys: there is no age key /k/identity.age: it reads no secrets" + MakeKey },
        { "no key, no secrets", 1, "WARNING keys: there is no age key /k/identity.age: it reads no secrets" + MakeKey },
        { "open key", 2, "CRITICAL keys: /k/identity.age can be read by others: chmod 600 /k/identity.age" },
        { "damaged key", 2, "CRITICAL keys: /k/identity.age is no age key: malformed" },
        { "closed secret", 2, "CRITICAL keys: /etc/x: no identity matched; encrypt it to this key as well: age-keygen -y /k/identity.age" },
        { "foreign clone", 2, "CRITICAL clone: /r belongs to user 5: chown -R root:root /r" },
        { "no commit", 2, "CRITICAL clone: /r has no commit, so nothing can be installed from it: "
            + "git -C /r init -b main && git -C /r add -A && git -C /r commit -m \"The fleet\"" },
        { "no remote", 1, "WARNING clone: /r has no remote: what is committed is nowhere else: "
            + "git -C /r remote add origin URL && git -C /r push -u origin HEAD" },
        { "dirty", 1, "WARNING clone: /r has changes that are not committed: git -C /r status" },
        { "unpushed", 1, "WARNING clone: no remote has the commit aaaaaaaaaaaa of /r: git -C /r push" },
        { "no signers", 0, "info signers: /s has no signer of commits: they are not verified (docs/trust.md)" },
        { "bad signature", 2, "CRITICAL signers: the commit is refused: it has no signature; /s names who may sign" },
        { "clock", 1, "WARNING time: the clock follows no time server: systemctl restart chrony && chronyc -n tracking" },
        { "clock unseen", 3, "UNKNOWN time: time could not be observed: no bus" },
        { "no root", 1, "WARNING access: this is web1, and only root installs there: sudo provision doctor" },
        { "no host", 0, "info access: this machine is no host of the inventory, as an engineer's: it installs into --root only" },
        { "silent host", 1, "WARNING access: web2 does not answer: refused: ssh-copy-id root@web2" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_finding_has_its_level_and_its_command(string name, int code, string line)
    {
        var report = Facts(name).Report();
        Assert.Equal(code, report.ExitCode);
        Assert.Contains(line, report.Lines());
    }

    private static Readiness Facts(string name) => name switch
    {
        "ready" => Ready,
        "program" => Ready with { Has = program => program != "age" },
        "programs unseen" => Ready with { Needed = new(null, "the inventory has errors") },
        "no key" => Key(GoodKey with { Mode = null }),
        "no key, no secrets" => Key(GoodKey with { Mode = null, IsNeeded = false }),
        "open key" => Key(GoodKey with { Mode = 0b110_100_000 }),
        "damaged key" => Key(GoodKey with { Problem = "malformed" }),
        "closed secret" => Key(GoodKey with { Unreadable = ["/etc/x: no identity matched"] }),
        "foreign clone" => Clone("/r belongs to user 5: chown -R root:root /r", Clean),
        "no commit" => Clone(null, Clean with { Id = Revision.NoCommit }),
        "no remote" => Clone(null, Clean, hasRemote: false),
        "dirty" => Clone(null, Clean with { Dirty = true }),
        "unpushed" => Clone(null, Clean with { Pushed = false }),
        "no signers" => Ready with { Signers = new(new SignerFacts("/s", Commits: false, null), null) },
        "bad signature" => Ready with { Signers = new(new SignerFacts("/s", Commits: true, "it has no signature"), null) },
        "clock" => Ready with { Time = new("no", null) },
        "clock unseen" => Ready with { Time = new(null, "no bus") },
        "no root" => Access(new AccessFacts(IsRoot: false, "web1", [])),
        "no host" => Access(new AccessFacts(IsRoot: false, null, [])),
        _ => Access(new AccessFacts(IsRoot: true, "web1", [("web2", "refused")])),
    };

    private static Readiness Key(KeyFacts key) => Ready with { Key = new(key, null) };

    private static Readiness Clone(string? problem, Revision revision, bool hasRemote = true) =>
        Ready with { Repository = new(new CloneFacts("/r", problem, revision, hasRemote), null) };

    private static Readiness Access(AccessFacts access) => Ready with { Access = new(access, null) };
}
