using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Cyrus.Compare;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision slot digest</c>: summarizes the contents of a slot, compactly enough to compare them with another host's.</summary>
internal static class SlotDigestCommand
{
    public static Command Create()
    {
        var slot = new Argument<string>("SLOT") { Description = "A slot of this host" };
        var only = new Argument<string[]>(
            "MAILBOX")
        { Description = "Names of mailboxes, such as user.alice.Work (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command(
            "digest",
            "Prints a digest of every mailbox of a slot: the numbers that IMAP knows it by, and hashes over the UIDs, GUIDs and sizes and over the flags of " +
                "its " +
            "messages. It reads the slot's files, so the slot may be stopped. Two slots of one store have equal digests.\n\n" +
            "Example:\n  provision slot digest sloti33d1t01");
        command.Arguments.Add(slot);
        command.Arguments.Add(only);
        command.SetAction(arguments =>
        {
            var name = arguments.GetValue(slot)!;
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                throw new UserErrorException($"\"{name}\" is not the name of a slot; expected one such as sloti33d1t01");
            }

            using var files = RootedFiles.Open("/");
            var names = arguments.GetValue(only)!;
            var digest = new SlotDigester(files, new ProcessRunner()).Digest(name, names.Length == 0 ? null : names);
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                using var output = Console.OpenStandardOutput();
                output.Write(digest.ToJson());
            }
            else
            {
                Columns.Write(Console.Out, ["MESSAGES", "LAST UID", "MODSEQ", "UIDVALIDITY", "CONTENTS", "FLAGS", "MAILBOX"],
                    digest.Mailboxes.Select(mailbox => (IReadOnlyList<string>)
                (mailbox.Unreadable is { } why
                    ? ["-", "-", "-", "-", "-", "-", $"{mailbox.Name}: {why}"]
                    : [$"{mailbox.Messages}", $"{mailbox.LastUid}", $"{mailbox.HighestModSeq}", $"{mailbox.UidValidity}", mailbox.Contents[..12],
                        mailbox.Flags[..12], mailbox.Name])));
            }

            return ExitCodes.Same;
        });
        return command;
    }
}
