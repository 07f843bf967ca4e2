using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Provision.Configuration.Seeds;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision init</c>: makes the repository of a new fleet.</summary>
internal static class InitCommand
{
    private const string Operators = "hosts/secrets/operators.txt";
    private const string CertificateSecret = "tls-mail";
    private const string CertificateFile = "templates/_certificate";
    private static readonly TimeSpan CertificateLife = TimeSpan.FromDays(365);

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A new or an empty directory" };
        var options = new InitOptions();
        var identity = new Option<string>("--identity")
        {
            Description = "Your age key; made if it is missing",
            HelpName = "FILE",
            DefaultValueFactory = _ => IdentityPaths.Own,
        };
        var noSign = new Option<bool>("--no-sign") { Description = "Do not sign commits with your ssh key" };
        var command = new Command(
            "init",
            "Makes the repository of a new fleet, which validates and renders: inventory, the roles base and web, the templates that every host needs, " +
            "a README, your age key's recipient, and a first commit, signed with your ssh key if you have one. Asks for what is not given; " +
            "an existing file is never overwritten.\n\n" +
            $"--example starts from a complete fleet instead: {string.Join(", ", SeedLibrary.Names)}. Its names and networks become yours; its machines have " +
            "MAC addresses from 02:00:00:00:53, which no machine has, until you put in your own.");
        command.Arguments.Add(folder);
        options.AddTo(command);
        command.Options.Add(identity);
        command.Options.Add(noSign);
        command.SetAction(arguments =>
        {
            var commands = new Provision.Core.ProcessRunner();
            using var repository = NewRepository.Begin(arguments.GetValue(folder)!, commands);
            var (answers, files) = options.Read(arguments);
            var (recipient, isNew) = OperatorKey.FindOrMake(arguments.GetValue(identity)!, commands);
            repository.Write(files.Where(file => file.Secret is null && file.Path != Operators).Append(SeedLibrary.Readme(answers)));
            repository.Write([new SeedFile(Operators, $"# Who can read recovery keys and header backups: age recipients, one a line.\n{recipient}\n")]);
            foreach (var secret in files.Select(file => file.Secret).OfType<string>())
            {
                repository.Write($"hosts/secrets/{secret}.age", OperatorKey.Encrypt(recipient, Value(secret, answers, repository), commands).Span);
            }

            options.AddFirstHost(arguments, repository);
            var valid = RepositoryValidation.Of(repository.Folder, arguments.GetValue(identity)!, render: true);
            if (valid.Problems.HasErrors)
            {
                throw new UserErrorException(valid.Problems.InOrder());
            }

            var signed = repository.Commit($"The fleet {answers.Name}", !arguments.GetValue(noSign));
            repository.PutInPlace();
            Print(arguments, arguments.GetValue(folder)!, valid, signed, (arguments.GetValue(identity)!, recipient, isNew));
            return ExitCodes.Same;
        });
        return command;
    }

    /// <summary>Returns a new value for a secret of an example: the example's own are known to everyone.</summary>
    private static byte[] Value(string secret, SeedAnswers answers, NewRepository repository)
    {
        if (secret != CertificateSecret)
        {
            return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + "\n");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={answers.Domain}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(answers.Domain);
        names.AddDnsName($"*.{answers.Domain}");
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now, now + CertificateLife);
        repository.Write([new SeedFile(CertificateFile, certificate.ExportCertificatePem() + "\n")]);
        return Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static void Print(
        ParseResult arguments, string folder, RepositoryValidation valid, (string? Key, string? WhyNot) signed,
        (string Path, string Recipient, bool IsNew) age)
    {
        foreach (var warning in valid.Problems.InOrder())
        {
            Console.Error.WriteLine(warning);
        }

        var fleet = valid.Fleet!;
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("folder", Path.GetFullPath(folder));
                writer.WriteNumber("hosts", fleet.Hosts.Count);
                writer.WriteNumber("files", valid.Files);
                writer.WriteString("signed_by", signed.Key);
                writer.WriteString("identity", age.Path);
                writer.WriteString("recipient", age.Recipient);
                writer.WriteEndObject();
            });
            return;
        }

        Console.Out.WriteLine($"{folder}: {Counted.Of(fleet.Hosts.Count, "host")}, {Counted.Of(fleet.Roles.Count, "role")}, "
            + $"{Counted.Of(valid.Files, "file")} rendered: no errors; committed");
        Console.Out.WriteLine($"age key: {age.Path}{(age.IsNew ? " (new: keep a copy offline)" : "")}");
        Console.Out.WriteLine(signed.Key is { } key
            ? $"commits are signed with {key}; hosts insist on that once {AllowedSigners.DefaultFile} names who may sign (docs/trust.md)"
            : $"commits are not signed ({signed.WhyNot}); later: git -C {folder} config gpg.format ssh && git -C {folder} config user.signingkey KEY.pub "
                + $"&& git -C {folder} config commit.gpgsign true");
        var next = fleet.Hosts is [var first, ..] ? $"provision show {first.Name}" : "provision host add NAME --mac MAC --role web";
        Console.Out.WriteLine($"next: cd {folder}, {next}; {folder}/README.md says what each directory is");
    }
}
