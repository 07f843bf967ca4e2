using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Provision.Lab;

/// <summary>A connection that speaks lines, for LMTP and IMAP. Opened on a <see cref="NetworkThread"/>, it stays in that network wherever it is used.</summary>
internal sealed class MailClient : IDisposable
{
    private readonly TcpClient connection;
    private readonly StreamReader reader;
    private readonly StreamWriter writer;
    private int tag;

    private MailClient(TcpClient connection)
    {
        this.connection = connection;
        reader = new StreamReader(connection.GetStream(), Encoding.ASCII);
        writer = new StreamWriter(connection.GetStream(), Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
    }

    /// <summary>Connects within a network, and reads the greeting.</summary>
    public static MailClient Connect(string space, string address, int port, TimeSpan? limit = null) => NetworkThread.Run(space, () =>
    {
        var tcp = new TcpClient(address, port) { ReceiveTimeout = (int)(limit ?? TimeSpan.FromSeconds(60)).TotalMilliseconds };
        var client = new MailClient(tcp);
        client.Line();
        return client;
    });

    /// <summary>Hands a message to a slot's LMTP service.</summary>
    public static void Deliver(string space, string address, string user, string text)
    {
        using var client = Connect(space, address, 2003);
        client.Expect("LHLO lab", "250 ");
        client.Expect("MAIL FROM:<sender@lab.example>", "250 ");
        client.Expect($"RCPT TO:<{user}>", "250 ");
        client.Expect("DATA", "354 ");
        client.Expect($"From: sender@lab.example\r\nSubject: {text}\r\nMessage-ID: <{Guid.NewGuid():N}@lab.example>\r\n\r\n{text}\r\n.", "250 ");
    }

    /// <summary>Logs in by IMAP.</summary>
    public MailClient LogIn(string user)
    {
        Command($"LOGIN {user} secret");
        return this;
    }

    /// <summary>Appends a message to a folder; returns once the server has acknowledged it.</summary>
    public void Append(string folder, string text)
    {
        var message = $"From: sender@lab.example\r\nSubject: {text}\r\nMessage-ID: <{Guid.NewGuid():N}@lab.example>\r\n\r\n{text}\r\n";
        writer.WriteLine($"a{++tag} APPEND {folder} {{{message.Length}}}");
        while (Line() is var line && !line.StartsWith('+'))
        {
            if (line.StartsWith($"a{tag} ", StringComparison.Ordinal))
            {
                throw new IOException(line);
            }
        }

        writer.WriteLine(message);
        Answer();
    }

    /// <summary>The subjects of a folder's messages.</summary>
    public IReadOnlyList<string> Subjects(string folder)
    {
        var said = Command($"EXAMINE {folder}");
        return said.Any(line => line.StartsWith("* 0 EXISTS", StringComparison.Ordinal)) ? []
            : [.. Command("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])").Where(line => line.StartsWith("Subject: ", StringComparison.Ordinal)).Select(
                line => line[9..])];
    }

    /// <summary>One command; the lines of its answer.</summary>
    /// <exception cref="IOException">The server refused it, or is gone.</exception>
    public IReadOnlyList<string> Command(string text)
    {
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a{++tag} {text}"));
        return Answer();
    }

    public void Dispose() => connection.Dispose();

    private List<string> Answer()
    {
        var lines = new List<string>();
        while (true)
        {
            var line = Line();
            if (line.StartsWith($"a{tag} ", StringComparison.Ordinal))
            {
                return line.StartsWith($"a{tag} OK", StringComparison.Ordinal) ? lines : throw new IOException(line);
            }

            lines.Add(line);
        }
    }

    private void Expect(string text, string answer)
    {
        writer.WriteLine(text);
        var line = Line();
        while (line.Length > 3 && line[3] == '-')
        {
            line = Line();
        }

        if (!line.StartsWith(answer, StringComparison.Ordinal))
        {
            throw new IOException($"{text}: {line}");
        }
    }

    private string Line() => reader.ReadLine() ?? throw new IOException("the server closed the connection");
}
