namespace Provision.Boot.Installer.Channel;

/// <summary>An answer from the network that must go on coming: a cable that was pulled gives no error of its own.</summary>
/// <param name="inner">The answer.</param>
/// <param name="limit">How long a read may take.</param>
internal sealed class ImpatientStream(Stream inner, TimeSpan limit) : Stream
{
    private readonly byte[] chunk = new byte[1 << 16];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what has come.</summary>
    /// <exception cref="IOException">Nothing came in time.</exception>
    public override int Read(Span<byte> to)
    {
        using var timer = new CancellationTokenSource(limit);
        try
        {
            var read = inner.ReadAsync(chunk.AsMemory(0, Math.Min(chunk.Length, to.Length)), timer.Token).AsTask().GetAwaiter().GetResult();
            chunk.AsSpan(0, read).CopyTo(to);
            return read;
        }
        catch (OperationCanceledException late)
        {
            throw new IOException($"nothing came for {limit.TotalSeconds:0} seconds", late);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
