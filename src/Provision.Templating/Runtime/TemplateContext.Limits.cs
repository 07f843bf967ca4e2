using System.Runtime.CompilerServices;
using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>Bounds on what a template may use up.</summary>
public sealed partial class TemplateContext
{
    private int loopDepth;
    private int loopSteps;
    private int callDepth;
    private int walks;
    private const int MaxWalks = 1_000_000;

    internal void EnterLoop()
    {
        if (loopDepth++ == 0)
        {
            loopSteps = 0;
        }
    }

    internal void LeaveLoop() => loopDepth--;

    /// <summary>Counts a step of a loop statement.</summary>
    internal void CountStep(Node loop)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (++loopSteps > LoopLimit && LoopLimit > 0)
        {
            throw Error(loop, $"this loop takes more than {LoopLimit} steps", "LoopLimit bounds the steps of nested loops together");
        }
    }

    /// <summary>Starts the count of steps anew for a statement outside all loops.</summary>
    internal void StartStatement()
    {
        walks = 0;
        if (loopDepth == 0)
        {
            loopSteps = 0;
        }
    }

    /// <summary>Counts the walk through a lazy sequence: even empty ones, since they double when they are joined.</summary>
    internal void CountWalk(Node at)
    {
        GuardStack(at);
        if (++walks > MaxWalks)
        {
            throw Error(at, $"this walks through more than {MaxWalks} sequences");
        }
    }

    /// <summary>Counts a step inside an operator or function.</summary>
    internal void CountInternalStep(Node at)
    {
        if (++loopSteps > LoopLimit && LoopLimit > 0)
        {
            throw Error(at, $"this takes more than {LoopLimit} steps", "LoopLimit bounds the steps of nested loops together");
        }

        if ((loopSteps & 0xFF) == 0)
        {
            CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Refuses a string that would be too long before it is made.</summary>
    internal void CheckLength(long length, Node at)
    {
        if (length > LimitToString && LimitToString > 0)
        {
            throw Error(at, $"the text would be {length} characters long, more than LimitToString allows ({LimitToString})");
        }
    }

    internal void CheckOutput(Node at)
    {
        if (output.Length > OutputLimit && OutputLimit > 0)
        {
            throw Error(at, $"the output is longer than {OutputLimit} characters (OutputLimit)");
        }
    }

    /// <summary>Refuses to go deeper than the limit or the thread's stack allows.</summary>
    internal void EnterCall(Node call)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (++callDepth > RecursiveLimit && RecursiveLimit > 0)
        {
            callDepth--;
            throw Error(call, $"functions and includes call each other more than {RecursiveLimit} levels deep");
        }

        GuardStack(call);
    }

    internal void LeaveCall() => callDepth--;

    internal void GuardStack(Node at)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error(at, "the template nests too deep for the stack of this thread");
        }
    }
}
