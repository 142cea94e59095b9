#!/usr/bin/perl
# SpamAssassin's answers, one JSON object a line: file, score, hits (points by rule) and subs
# (counts of the helper rules, `__NAME`).
#
# One Mail::SpamAssassin object does them all; the answers are those of a process for each, see
# forget_captures.
#
#     spamassassin_hits.pl RULES SITE HOME <files, a path a line
#     spamassassin_hits.pl --rules RULES SITE HOME       what it read: every rule, with its flags
use strict;
use warnings;

use JSON::PP;
use Mail::SpamAssassin;
use Mail::SpamAssassin::Plugin::Check;

my $only_rules = @ARGV && $ARGV[0] eq '--rules' && shift @ARGV;
my ($rules, $site, $home) = @ARGV;
die "usage: $0 [--rules] RULES SITE HOME\n" unless defined $home;

binmode STDOUT;
$| = 1;
my $json = JSON::PP->new->canonical->latin1;

# 4.0.1 compiles a pattern that quotes another rule's capture (%{NAME}) at the first message only,
# so that in one process the answers would depend on their order. A process forked for each message
# would put it right, but takes several times as long; here the generated code loses the flag.
sub forget_captures {
  no warnings 'redefine';
  my $add = \&Mail::SpamAssassin::Plugin::Check::add_evalstr;
  *Mail::SpamAssassin::Plugin::Check::add_evalstr = sub {
    my ($self, $status, $code) = @_;
    $code =~ s{(/\$test_qr/[a-z]*?)o}{$1}g if $code =~ /capture_template_rules/;
    return $add->($self, $status, $code);
  };
}
forget_captures();

my $filter = Mail::SpamAssassin->new({
  rules_filename      => $rules,
  site_rules_filename => $site,
  userstate_dir       => $home,
  home_dir_for_helpers => $home,
  LOCAL_STATE_DIR     => $home,    # neither the rules of sa-update nor the compiled ones
  dont_copy_prefs     => 1,
  userprefs_filename  => '/dev/null',
  local_tests_only    => 1,
});
$filter->init(0);

sub rule_list {
  my $conf = $filter->{conf};
  my %names = map { $_ => 1 } keys %{$conf->{scores}};
  my @rules;
  for my $name (sort keys %names) {
    my $flags = $conf->{tflags}->{$name} // '';
    push @rules, {
      name => $name,
      # A meta inherits the flag from what it uses, but runs: what did not hit counts as 0.
      needs_network => ($flags =~ /\bnet\b/ && !$conf->{meta_tests}->{$name} ? 1 : 0),
      learned => ($flags =~ /\blearn\b/ ? 1 : 0),
      score => 0 + $conf->{scores}->{$name},
    };
  }
  return @rules;
}

sub answer {
  my ($file) = @_;
  open(my $in, '<:raw', $file) or return { file => $file, error => "$!" };
  my $bytes = do { local $/; <$in> };
  close $in;
  my $mail = $filter->parse($bytes // '', 1);
  my $status = $filter->check($mail);
  my $points = $status->{conf}->{scores};
  # How often each rule hit, also of those that are no tests on their own. The plain list of
  # subtests would do for names, but not for what a meta rule counted.
  my $counts = $status->{tests_already_hit};
  my %answer = (
    file  => $file,
    score => 0 + sprintf('%.3f', $status->{score}),
    hits  => { map { $_ => 0 + $points->{$_} } @{$status->{test_names_hit}} },
    subs  => { map { $_ => 0 + $counts->{$_} } grep { /^__/ && $counts->{$_} } keys %$counts },
  );
  $status->finish;
  $mail->finish;
  return \%answer;
}

if ($only_rules) {
  print $json->encode($_), "\n" for rule_list();
} else {
  while (defined(my $file = <STDIN>)) {
    chomp $file;
    print $json->encode(answer($file)), "\n";
  }
}
$filter->finish;
