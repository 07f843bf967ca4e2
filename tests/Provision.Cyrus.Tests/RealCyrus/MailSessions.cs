using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Provision.Cyrus.Observe;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Tests.RealCyrus;

/// <summary>A line-wise conversation with a mail service.</summary>
internal abstract class MailSession : IDisposable
{
    private readonly TcpClient connection;
    private readonly StreamReader reader;
    private readonly StreamWriter writer;

    protected MailSession(InstanceService service)
    {
        connection = new TcpClient(service.Address, service.Port) { ReceiveTimeout = 30_000 };
        reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
        writer = new StreamWriter(connection.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
    }

    public void Dispose()
    {
        reader.Dispose();
        writer.Dispose();
        connection.Dispose();
    }

    protected void Say(string line) => writer.WriteLine(line);

    protected string Hear() => reader.ReadLine() ?? throw new IOException("the service closed the connection");
}

/// <summary>IMAP, logged in.</summary>
internal sealed class ImapSession : MailSession
{
    private int count;

    public ImapSession(InstanceService service, string user, string password)
        : base(service)
    {
        Hear();
        Do($"LOGIN {user} \"{password}\"");
    }

    /// <summary>Does a command; the untagged lines of the answer.</summary>
    public IReadOnlyList<string> Do(string command)
    {
        var tag = (++count).ToString("'a'0", CultureInfo.InvariantCulture);
        Say($"{tag} {command}");
        var lines = new List<string>();
        while (Hear() is var line)
        {
            if (line.StartsWith(tag + " ", StringComparison.Ordinal))
            {
                Assert.True(line.StartsWith(tag + " OK", StringComparison.Ordinal), $"{command}: {line}");
                break;
            }

            lines.Add(line);
        }

        return lines;
    }

    public void CreateMailboxes(params string[] names)
    {
        using (this)
        {
            foreach (var name in names)
            {
                Do($"CREATE {name}");
                Do($"SETACL {name} cyrus lrswipkxtecda");
            }
        }
    }
}

/// <summary>LMTP.</summary>
internal sealed class LmtpSession : MailSession
{
    public LmtpSession(InstanceService service)
        : base(service)
    {
        Expect("220");
        Say("LHLO test");
        Expect("250");
    }

    /// <summary>Delivers a message and sees it accepted.</summary>
    /// <param name="user">Whose inbox.</param>
    /// <param name="subject">Its subject and text.</param>
    /// <param name="headers">More header lines, each with its line break.</param>
    public void Deliver(string user, string subject, string headers = "")
    {
        Say("MAIL FROM:<sender@example.org>");
        Expect("250");
        Say($"RCPT TO:<{user}>");
        Expect("250");
        Say("DATA");
        Expect("354");
        Say($"From: sender@example.org\r\nTo: {user}\r\nSubject: {subject}\r\nMessage-ID: <{Guid.NewGuid()}@example.org>\r\nDate: Sun, 22 Nov 2026 12:00:00 " +
            $"+0000\r\n{headers}\r\n{subject}\r\n.");
        Expect("250");
    }

    private void Expect(string code)
    {
        string line;
        do
        {
            line = Hear();
        }
        while (line.Length > 3 && line[3] == '-');
        Assert.True(line.StartsWith(code, StringComparison.Ordinal), line);
    }
}
