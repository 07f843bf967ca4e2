#!/usr/bin/perl
# render-tt.pl TEMPLATE COUNT: microseconds a render with Template-Toolkit and the model beside the template (TEMPLATE's name in .json).
# COUNT 0 prints the text, 1 renders once, more warms up for a second and then renders that often for the figure.
use strict;
use warnings;
use Template;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use YAML::XS ();    # reads JSON too, and is compiled as the other languages' JSON readers are

my ($path, $count) = @ARGV;
my $model = YAML::XS::LoadFile($path =~ s/\.tt$/.json/r);
my $engine = Template->new({ ABSOLUTE => 1 }) or die Template->error;    # keeps the compiled template in memory

sub render {
    my $output;
    $engine->process($path, $model, \$output) or die $engine->error;
    return $output;
}

if ($count == 0) {
    print render();
    exit;
}
my $start = clock_gettime(CLOCK_MONOTONIC);
while ($count > 1 && clock_gettime(CLOCK_MONOTONIC) - $start < 1) { render() }
$start = clock_gettime(CLOCK_MONOTONIC);
render() for 1 .. $count;
printf "%.1f\n", (clock_gettime(CLOCK_MONOTONIC) - $start) / $count * 1e6;
