"""The statistics of the leaderboard (docs/statistics.md): pure functions on NumPy and SciPy, without input or output.

Rates lie in [0, 1] and come with their limits. This list is the package's face: section 12 of docs/statistics.md, and
what scoring and the site use besides.
"""

from leaderboard.statistics.agreement import binary_agreement as binary_agreement
from leaderboard.statistics.agreement import cohen_kappa as cohen_kappa
from leaderboard.statistics.agreement import fleiss_kappa as fleiss_kappa
from leaderboard.statistics.agreement import gwet_ac1 as gwet_ac1
from leaderboard.statistics.agreement import krippendorff_alpha as krippendorff_alpha
from leaderboard.statistics.benefit import EXCHANGE_RATES as EXCHANGE_RATES
from leaderboard.statistics.benefit import GuardEffect as GuardEffect
from leaderboard.statistics.benefit import break_even as break_even
from leaderboard.statistics.benefit import guard_effect as guard_effect
from leaderboard.statistics.benefit import guard_helps as guard_helps
from leaderboard.statistics.benefit import net_benefit as net_benefit
from leaderboard.statistics.disclosure import audit_disclosure as audit_disclosure
from leaderboard.statistics.disclosure import below_floor as below_floor
from leaderboard.statistics.effects import Effect as Effect
from leaderboard.statistics.effects import PairMatrix as PairMatrix
from leaderboard.statistics.effects import TooFewItems as TooFewItems
from leaderboard.statistics.effects import own_variance as own_variance
from leaderboard.statistics.effects import pair_matrix as pair_matrix
from leaderboard.statistics.effects import paired_effect as paired_effect
from leaderboard.statistics.influence import TooFewFamilies as TooFewFamilies
from leaderboard.statistics.influence import macro_estimate as macro_estimate
from leaderboard.statistics.influence import sampling_design as sampling_design
from leaderboard.statistics.intervals import clopper_pearson as clopper_pearson
from leaderboard.statistics.intervals import jeffreys as jeffreys
from leaderboard.statistics.intervals import one_sided as one_sided
from leaderboard.statistics.intervals import wilson as wilson
from leaderboard.statistics.judges import AuditTooSmall as AuditTooSmall
from leaderboard.statistics.judges import Estimate as Estimate
from leaderboard.statistics.judges import Homogeneity as Homogeneity
from leaderboard.statistics.judges import JudgeNotUsable as JudgeNotUsable
from leaderboard.statistics.judges import audited_rate as audited_rate
from leaderboard.statistics.judges import homogeneity as homogeneity
from leaderboard.statistics.judges import lang_reiczigel as lang_reiczigel
from leaderboard.statistics.judges import rogan_gladen as rogan_gladen
from leaderboard.statistics.multiplicity import holm as holm
from leaderboard.statistics.multiplicity import romano_wolf as romano_wolf
from leaderboard.statistics.multiplicity import two_sided_p as two_sided_p
from leaderboard.statistics.pairs import mcnemar_exact as mcnemar_exact
from leaderboard.statistics.pairs import mcnemar_midp as mcnemar_midp
from leaderboard.statistics.pairs import newcombe_paired as newcombe_paired
from leaderboard.statistics.pairs import tango as tango
from leaderboard.statistics.planning import detectable_difference as detectable_difference
from leaderboard.statistics.planning import exact_sample_size as exact_sample_size
from leaderboard.statistics.planning import macro_zero_failure_upper as macro_zero_failure_upper
from leaderboard.statistics.planning import zero_failure_items as zero_failure_items
from leaderboard.statistics.planning import zero_failure_upper as zero_failure_upper
from leaderboard.statistics.ranks import rank_bounds as rank_bounds
from leaderboard.statistics.ranks import rank_sets as rank_sets
from leaderboard.statistics.ranks import separated as separated
from leaderboard.statistics.ranks import separated_holm as separated_holm
from leaderboard.statistics.ranks import top_group as top_group
from leaderboard.statistics.rates import RateTable as RateTable
from leaderboard.statistics.rates import rate_table as rate_table
from leaderboard.statistics.rates import rerun_noise as rerun_noise
from leaderboard.statistics.rates import worst_category as worst_category
from leaderboard.statistics.severity import dominance as dominance
from leaderboard.statistics.thresholds import change_verdict as change_verdict
from leaderboard.statistics.thresholds import is_equivalent as is_equivalent
from leaderboard.statistics.thresholds import is_noninferior as is_noninferior
from leaderboard.statistics.thresholds import one_sided_difference as one_sided_difference
from leaderboard.statistics.thresholds import threshold_verdict as threshold_verdict
from leaderboard.statistics.thresholds import verdict as verdict
