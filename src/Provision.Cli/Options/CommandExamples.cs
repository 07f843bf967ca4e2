using System.CommandLine;

namespace Provision.Cli.Options;

/// <summary>One example for each command, at the end of its help.</summary>
internal static class CommandExamples
{
    /// <summary>The examples by the words of their command.</summary>
    private static readonly Dictionary<string, string> Rows = new(StringComparer.Ordinal)
    {
        ["boot-loader"] = "boot-loader",
        ["capture"] = "capture --out /tmp/this.tar.zst",
        ["check"] = "check --only lag ports",
        ["completion"] = "completion bash > /etc/bash_completion.d/provision",
        ["confirm"] = "confirm",
        ["diff"] = "diff --stat",
        ["doctor"] = "doctor",
        ["drives"] = "drives imap33",
        ["drives accept"] = "drives accept imap33",
        ["explain"] = "explain /etc/hosts:3",
        ["failover"] = "failover --store store1",
        ["fleet check"] = "fleet check role=imap",
        ["fleet diff"] = "fleet diff role=imap",
        ["fleet exec"] = "fleet exec role=imap -- uptime",
        ["fleet install"] = "fleet install role=imap",
        ["fleet report"] = "fleet report",
        ["fleet resume"] = "fleet resume",
        ["fleet rollback"] = "fleet rollback",
        ["fleet status"] = "fleet status",
        ["help"] = "help storage create",
        ["history"] = "history",
        ["host add"] = "host add web2 --mac 52:54:00:20:00:02 --role web",
        ["host adopt"] = "host adopt ID --name web3 --chassis 1u4 --role web",
        ["host bootstrap"] = "host bootstrap web1 --deb out/provision.deb",
        ["host discovered"] = "host discovered",
        ["host identity"] = "host identity web1 --new",
        ["host import"] = "host import root@10.0.0.7 --role web",
        ["host retire"] = "host retire web1",
        ["hosts"] = "hosts role=imap site=nyi",
        ["init"] = "init my-fleet --domain storage.lan --network 10.0.0.0/24",
        ["install"] = "install --dry-run",
        ["installer discover"] = "installer discover --server http://10.0.0.1:8480",
        ["installer plant"] = "installer plant",
        ["installer rules"] = "installer rules",
        ["installer run"] = "installer run",
        ["masters"] = "masters",
        ["masters certificate"] = "masters certificate",
        ["masters check"] = "masters check",
        ["masters enroll"] = "masters enroll",
        ["masters export"] = "masters export --to /srv/masters",
        ["masters follow"] = "masters follow",
        ["masters history"] = "masters history store7",
        ["masters restore"] = "masters restore /srv/masters/latest.json",
        ["masters serve"] = "masters serve",
        ["netboot approve"] = "netboot approve imap33 --hash 0123abcd",
        ["netboot arm"] = "netboot arm imap33",
        ["netboot build"] = "netboot build os-imap",
        ["netboot dhcp"] = "netboot dhcp",
        ["netboot disarm"] = "netboot disarm imap33",
        ["netboot identity"] = "netboot identity < QUESTION",
        ["netboot serve"] = "netboot serve",
        ["netboot status"] = "netboot status",
        ["netboot watch"] = "netboot watch imap33",
        ["reinstall"] = "reinstall imap33",
        ["render"] = "render --host imap33 --out /tmp/imap33",
        ["repository receive"] = "repository receive COMMIT < BUNDLE",
        ["repository show"] = "repository show",
        ["rollback"] = "rollback",
        ["schema"] = "schema > inventory.schema.json",
        ["show"] = "show imap33",
        ["slot confirm"] = "slot confirm sloti33d1t01",
        ["slot create"] = "slot create imap33 sloti33d1t01",
        ["slot digest"] = "slot digest sloti33d1t01",
        ["slot drain"] = "slot drain imap33 sloti33d1t01",
        ["slot fill"] = "slot fill imap33 sloti33d1t01 --to sloti34d1t01",
        ["slot merge"] = "slot merge imap33 sloti33d1t01",
        ["slot start"] = "slot start imap33 sloti33d1t01",
        ["slot status"] = "slot status imap33",
        ["slot stop"] = "slot stop imap33 sloti33d1t01",
        ["slots"] = "slots imap33 --free",
        ["storage create"] = "storage create --set d1search --serial A --serial B --serial C --escrow /mnt/usb",
        ["storage diff"] = "storage diff",
        ["storage plan"] = "storage plan imap33",
        ["storage rehearse"] = "storage rehearse --escrow /mnt/usb",
        ["storage replace"] = "storage replace --bay rear/4 --serial NEW",
        ["storage show"] = "storage show imap33",
        ["storage unlock"] = "storage unlock",
        ["storage wipe"] = "storage wipe --serial OLD",
        ["stores"] = "stores store1",
        ["stores apply"] = "stores apply plan.json",
        ["stores check"] = "stores check",
        ["stores compare"] = "stores compare store1",
        ["stores plan"] = "stores plan --add-host imap37",
        ["validate"] = "validate",
    };

    /// <summary>Adds its example to each command that does not have one in its description.</summary>
    public static void AddTo(Command command, string path = "")
    {
        if (Rows.GetValueOrDefault(path) is { } example && command.Description?.Contains("Example:", StringComparison.Ordinal) != true)
        {
            command.Description += $"\n\nExample:\n  provision {example}";
        }

        foreach (var child in command.Subcommands)
        {
            AddTo(child, path.Length == 0 ? child.Name : $"{path} {child.Name}");
        }
    }
}
